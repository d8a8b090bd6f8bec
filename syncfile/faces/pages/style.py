"""How the share pages look: without scripts, pictures or fonts, from 320 pixels up, by day and by night."""

from base64 import b64encode
from hashlib import sha256

STYLE = """
:root{color-scheme:light dark;--back:#f4f5f7;--card:#fff;--text:#1c2024;--soft:#667085;--line:#e4e7ec;--tint:#0b6bcb;
--on:#fff;--bad:#b42318}
@media(prefers-color-scheme:dark){:root{--back:#111418;--card:#1a1e24;--text:#e6e9ee;--soft:#98a2b3;--line:#2b313a;
--tint:#5aa9ff;--on:#0b1118;--bad:#ff8a80}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
"PingFang SC","Microsoft YaHei",sans-serif}
main{max-width:52rem;margin:0 auto;padding:1.5rem 1rem 3rem}
section{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.25rem;overflow:hidden}
h1{font-size:1.25rem;line-height:1.3;margin:0 0 .75rem;overflow-wrap:anywhere}
p{margin:0 0 1rem}p:last-child{margin:0}
a{color:var(--tint);text-decoration:none}a:hover{text-decoration:underline}
:focus-visible{outline:2px solid var(--tint);outline-offset:2px}
.soft{color:var(--soft);font-size:.875rem}.bad{color:var(--bad)}
.bar{display:flex;flex-wrap:wrap;gap:.75rem;align-items:center;justify-content:space-between;margin:0 0 1rem}
.bar:last-child{margin:0}
.button,button{display:inline-block;min-height:2.75rem;padding:.55rem 1.1rem;border:0;border-radius:.5rem;
background:var(--tint);color:var(--on);font:inherit;font-weight:600;cursor:pointer}
.button:hover{text-decoration:none;filter:brightness(1.08)}
label{display:block;margin:0 0 .35rem}
input{width:100%;min-height:2.75rem;margin:0 0 1rem;padding:.5rem .75rem;border:1px solid var(--line);
border-radius:.5rem;background:var(--back);color:inherit;font:inherit}
nav{margin:0 0 1rem;overflow-wrap:anywhere}
table{width:100%;border-collapse:collapse;table-layout:fixed}
th{font-size:.8125rem;font-weight:600;color:var(--soft);text-align:left}
th,td{padding:.6rem .25rem;border-bottom:1px solid var(--line);vertical-align:middle}
tr:last-child td{border-bottom:0}
td:first-child{overflow-wrap:anywhere}
.size{width:6rem;text-align:right;white-space:nowrap}.date{width:10.5rem;text-align:right;white-space:nowrap}
.get{width:3.25rem;text-align:right}.get a{display:inline-block;padding:.5rem}
svg{width:1.15rem;height:1.15rem;vertical-align:-.2rem;margin-right:.45rem;fill:none;stroke:currentColor;
stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}
.get svg{margin:0}
img,video{display:block;max-width:100%;max-height:70vh;margin:0 auto 1rem;border-radius:.5rem}audio{width:100%}
@media(max-width:36rem){.date{display:none}.size{width:5rem}}
"""

#: Nothing is loaded but our own style, and pictures and sounds of the link itself; nobody may put us in a frame.
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; img-src 'self'; "
    "media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
