"""How the pages people open most slow down as cases grow: `./run bench`."""
