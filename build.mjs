// Builds the front end into build/: one style sheet, the design systems' scripts, the pictures the sheet names,
// and the fonts that PDF pages are set in. Run by ./run and by the Dockerfile as `npm run build`.

import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as sass from "sass";

const root = dirname(fileURLToPath(import.meta.url));
const modules = join(root, "node_modules");
const govuk = join(modules, "govuk-frontend/dist/govuk");
const moj = join(modules, "@ministryofjustice/frontend/moj");
const out = join(root, "build/static");

// The crown, the crest and GDS Transport are reserved for gov.uk.
const reserved = /crest|crown|logotype|opengraph|touch-icon/;

// A declaration that shows a reserved picture is dropped; every other picture is copied beside the style sheet.
function placePictures(css) {
  return css
    .replace(/[\w-]+:[^;{}]*url\([^;{}]*\)[^;{}]*;?/g, (declaration) =>
      !declaration.includes("data:") && reserved.test(declaration) ? "" : declaration,
    )
    .replace(/url\((["']?)(?!data:)([^)"']+)\1\)/g, (_, __, path) => {
      const name = basename(path);
      const source = [join(govuk, "assets/images", name), join(moj, "assets/images", name)].find(existsSync);
      if (!source || reserved.test(name)) {
        throw new Error(`The style sheet names a file that may not or cannot be copied: ${path}`);
      }
      copyFileSync(source, join(out, "images", name));
      return `url("../images/${name}")`;
    });
}

// The maps are not served, and a pointer to a missing file stops the collecting of static files.
function copyScript(from, name) {
  writeFileSync(join(out, "js", name), readFileSync(from, "utf8").replace(/\/\/# sourceMappingURL=.*\s*$/, ""));
}

rmSync(out, { recursive: true, force: true });
for (const folder of ["css", "js", "images"]) {
  mkdirSync(join(out, folder), { recursive: true });
}

const { css } = sass.compile(join(root, "static/scss/app.scss"), {
  loadPaths: [modules, join(govuk, ".."), root],
  style: "compressed",
  // Warnings of the design systems about each other are not ours to mend.
  quietDeps: true,
  logger: sass.Logger.silent,
});
if (/GDS Transport/.test(css)) {
  throw new Error("The style sheet uses GDS Transport, which is reserved for gov.uk.");
}
writeFileSync(join(out, "css/app.css"), placePictures(css));
copyScript(join(govuk, "govuk-frontend.min.js"), "govuk-frontend.min.js");
copyScript(join(moj, "moj-frontend.min.js"), "moj-frontend.min.js");

const fonts = join(root, "build/fonts");
const fontconfig = join(root, "build/fontconfig");
mkdirSync(fonts, { recursive: true });
mkdirSync(fontconfig, { recursive: true });
for (const style of ["", "-Bold", "-Oblique", "-BoldOblique"]) {
  const name = `DejaVuSans${style}.ttf`;
  copyFileSync(join(modules, "dejavu-fonts-ttf/ttf", name), join(fonts, name));
}
copyFileSync(join(modules, "dejavu-fonts-ttf/LICENSE"), join(fonts, "LICENSE"));
writeFileSync(
  join(fontconfig, "fonts.conf"),
  `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">../fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
  <alias binding="same"><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
  <alias binding="same"><family>serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
  <alias binding="same"><family>monospace</family><prefer><family>DejaVu Sans</family></prefer></alias>
</fontconfig>
`,
);
