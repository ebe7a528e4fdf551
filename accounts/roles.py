"""The roles a person can hold, as the handbook codes them (domain §4.1)."""

from django.db.models import TextChoices


class Role(TextChoices):
    REFERRER = "referrer", "Referrer"
    DSL = "dsl", "Designated safeguarding lead"
    REP = "rep", "Agency representative"
    BU = "bu", "Business unit officer"
    BUM = "bum", "Business manager"
    SGC = "sgc", "Sub-group chair"
    SG = "sg", "Sub-group member"
    IC = "ic", "Independent chair"
    DSP_LA = "dsp_la", "Delegated safeguarding partner (local authority)"
    DSP_ICB = "dsp_icb", "Delegated safeguarding partner (integrated care board)"
    DSP_POLICE = "dsp_police", "Delegated safeguarding partner (police)"
    LSP_LA = "lsp_la", "Lead safeguarding partner (local authority)"
    LSP_ICB = "lsp_icb", "Lead safeguarding partner (integrated care board)"
    LSP_POLICE = "lsp_police", "Lead safeguarding partner (police)"
    LAN = "lan", "Local authority notifier"
    PC = "pc", "Review panel chair"
    PM = "pm", "Review panel member"
    AUT = "aut", "Independent author"
    AA = "aa", "Agency report author"
    ALO = "alo", "Action owner"
    FAMILY = "family", "Family liaison lead"
    COMMS = "comms", "Communications lead"
    LEGAL = "legal", "Legal adviser"
    ADM = "adm", "System administrator"
    AUD = "aud", "Auditor"
    # Not held by anybody: what the business unit of another area is in a case its partnership was let in to.
    NEIGHBOUR = "neighbour", "Business unit of another area"


BUSINESS_UNIT = frozenset({Role.BU, Role.BUM})
PARTNERS = frozenset({Role.DSP_LA, Role.DSP_ICB, Role.DSP_POLICE})
LEAD_PARTNERS = frozenset({Role.LSP_LA, Role.LSP_ICB, Role.LSP_POLICE})
SUB_GROUP = frozenset({Role.SGC, Role.SG})

# Admitted to every case from its acceptance, by the Membership they hold (architecture §5).
STANDING = SUB_GROUP | PARTNERS | LEAD_PARTNERS | {Role.IC, Role.LAN}

# Held for one case only, through an appointment; never a standing Membership that opens cases.
APPOINTED = frozenset({Role.PC, Role.PM, Role.AUT, Role.AA, Role.ALO, Role.FAMILY, Role.COMMS, Role.LEGAL})

# These people only refer or answer one request, so a code by e-mail is enough as second step.
GUEST = frozenset({Role.REFERRER, Role.DSL, Role.ALO, Role.COMMS})

# Roles that open case content are granted by a business manager, never by a system administrator.
OPENS_CASES = frozenset(Role) - {Role.ADM, Role.NEIGHBOUR}
