"""The look of a communique: the console's paper and ink, by day, by night and from the printer; it asks for nothing."""

from typing import Final

_DAY: Final = """color-scheme: light;
--paper: #f5f1e8; --sheet: #fffdf7; --ink: #1c2128; --soft: #4b525b; --machine: #575d63; --rule: #d5cdbb;
--strong: #8d8676; --accent: #1d3d6b; --wash: #e4e8ee; --ember: #a8321a; --ember-ink: #fffaf3; --ember-wash: #f8e3da;
--amber: #7d4e00; --amber-wash: #f7e8c6;"""

_NIGHT: Final = """color-scheme: dark;
--paper: #0d1219; --sheet: #141b25; --ink: #ebe6da; --soft: #b4b9c1; --machine: #9ba4b0; --rule: #2a3442;
--strong: #69778a; --accent: #a9c4ee; --wash: #1c2838; --ember: #ff8d6b; --ember-ink: #1c0a04; --ember-wash: #35170f;
--amber: #edbd63; --amber-wash: #2d2210;"""

_PRINT: Final = """color-scheme: light;
--paper: #fff; --sheet: #fff; --ink: #000; --soft: #333; --machine: #333; --rule: #bbb; --strong: #666; --accent: #000;
--wash: #fff; --ember: #000; --ember-ink: #fff; --ember-wash: #fff; --amber: #000; --amber-wash: #fff;"""

STYLE: Final = f"""
:root {{ {_DAY}
--voice: 'Noto Serif', 'Source Serif 4', Charter, Georgia, 'Times New Roman', serif;
--plain: 'IBM Plex Sans', 'Segoe UI', 'Noto Sans', sans-serif;
--fact: Consolas, 'Cascadia Mono', Menlo, 'DejaVu Sans Mono', 'Noto Sans Mono', monospace; }}
@media (prefers-color-scheme: dark) {{ :root {{ {_NIGHT} }} }}
*, *::before, *::after {{ box-sizing: border-box; }}
html {{ font-size: 17px; background: var(--paper); -webkit-text-size-adjust: 100%; }}
body {{ margin: 0; min-width: 20rem; color: var(--ink); font-family: var(--plain); line-height: 1.5;
  overflow-wrap: break-word; font-variant-numeric: tabular-nums lining-nums; }}
h1, h2, p, dl, dd, ol, ul, blockquote {{ margin: 0; padding: 0; }}
ol, ul {{ list-style: none; }}
.choice {{ position: absolute; opacity: 0; pointer-events: none; }}
.exercise {{ padding: .5rem 1rem; background: var(--ember); color: var(--ember-ink); font-weight: 700;
  text-align: center; letter-spacing: .12em; }}
.page {{ max-width: 52rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }}
.languages {{ display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; justify-content: flex-end; font-size: .9rem; }}
.languages label {{ padding: .5rem 0; color: var(--accent); cursor: pointer; text-decoration: underline;
  text-decoration-thickness: 1px; text-underline-offset: .2em; }}
.masthead {{ padding: 1rem 0 1.25rem; border-bottom: 3px double var(--strong); }}
h1 {{ font-family: var(--voice); font-size: 2.1rem; font-weight: 600; line-height: 1.15; letter-spacing: -.01em; }}
.masthead .line {{ margin-top: .35rem; color: var(--soft); }}
.masthead .issued {{ margin-top: .85rem; font-size: 1.15rem; }}
h2 {{ margin: 2.5rem 0 .85rem; padding-bottom: .35rem; border-bottom: 1px solid var(--rule); font-size: 1.15rem;
  font-weight: 600; line-height: 1.3; }}
.notice {{ margin-top: 1rem; padding: .75rem 1rem; border: 1px solid var(--strong); border-left-width: 6px;
  border-radius: 4px; background: var(--sheet); }}
.notice b {{ display: block; }}
.notice.mark {{ border-color: var(--amber); background: var(--amber-wash); }}
.notice.mark b {{ color: var(--amber); letter-spacing: .02em; }}
.notice.embargo {{ border-color: var(--ember); background: var(--ember-wash); }}
.notice.embargo b {{ color: var(--ember); }}
.soft, .small {{ color: var(--soft); }}
.small {{ font-size: .88rem; }}
.fact {{ font-family: var(--fact); font-size: .84rem; color: var(--machine); }}
dl.facts {{ display: grid; grid-template-columns: minmax(7rem, 13rem) 1fr; gap: .3rem 1rem; }}
dl.facts dt {{ color: var(--soft); font-size: .88rem; padding-top: .08rem; }}
dl.facts dd {{ min-width: 0; overflow-wrap: anywhere; }}
.list > li {{ margin: .35rem 0; }}
.list + dl.facts {{ margin-top: .75rem; }}
.entries > li {{ position: relative; margin: 0; padding: 0 0 1.1rem 1.5rem; border-left: 2px solid var(--rule); }}
.entries > li::before {{ content: ''; position: absolute; left: -.42rem; top: .45rem; width: .7rem; height: .7rem;
  border: 2px solid var(--accent); border-radius: 50%; background: var(--accent); }}
.entries > .machine::before, .entries > .unknown::before {{ border-color: var(--machine); border-radius: 0;
  background: var(--paper); }}
.entries > .gap::before {{ display: none; }}
.entries > .gap {{ padding-bottom: .9rem; border-left-style: dotted; color: var(--soft); font-size: .9rem; }}
.when {{ font-family: var(--fact); font-size: .84rem; color: var(--machine); }}
.card {{ margin-top: .2rem; padding: .9rem 1.1rem 1rem; border: 1px solid var(--rule); border-radius: 6px;
  background: var(--sheet); }}
.machine > .card, .unknown > .card {{ padding: .35rem 0 0; border: 0; background: none; }}
.top {{ display: flex; flex-wrap: wrap; gap: .1rem .9rem; align-items: baseline; }}
.number {{ font-family: var(--fact); font-size: .9rem; font-weight: 700; color: var(--accent); }}
.title {{ font-weight: 700; letter-spacing: .02em; }}
.machine .title, .unknown .title {{ font-weight: 400; }}
.precedence {{ padding: 0 .45rem; border: 1px solid var(--strong); border-radius: 3px; font-size: .8rem; }}
.precedence.flash {{ border-color: var(--ember); background: var(--ember); color: var(--ember-ink); font-weight: 700; }}
.by {{ color: var(--soft); font-size: .84rem; }}
.route {{ margin-top: .15rem; font-size: .92rem; }}
.card dl {{ margin-top: .5rem; }}
.withheld {{ margin-top: .35rem; color: var(--soft); font-style: italic; font-size: .92rem; }}
.said {{ margin: .7rem 0 .1rem; padding: .1rem 0 .1rem 1rem; border-left: 3px solid var(--accent);
  font-family: var(--voice); font-size: 1.06rem; line-height: 1.55; white-space: pre-wrap; overflow-wrap: anywhere; }}
.machine .said, .unknown .said {{ border-color: var(--rule); font-family: var(--fact); font-size: .8rem; }}
.marks {{ margin-top: .5rem; color: var(--amber); font-size: .88rem; }}
.attached {{ margin-top: .5rem; font-size: .92rem; }}
.stands {{ margin-top: .6rem; font-size: .8rem; }}
.end {{ margin-top: 2.5rem; padding-top: .85rem; border-top: 3px double var(--strong); color: var(--soft);
  text-align: center; }}
code {{ font-family: var(--fact); font-size: .9em; overflow-wrap: anywhere; }}
@media (max-width: 40rem) {{
  html {{ font-size: 16px; }}
  h1 {{ font-size: 1.7rem; }}
  dl.facts {{ grid-template-columns: 1fr; gap: 0; }}
  dl.facts dd {{ margin-bottom: .45rem; }}
  .entries > li {{ padding-left: 1rem; }}
}}
@media (forced-colors: active) {{ .notice, .card, .precedence {{ border: 1px solid; }} }}
@page {{ margin: 18mm 16mm 20mm;
  @bottom-right {{ content: counter(page) ' / ' counter(pages); font: 9pt monospace; }} }}
@page exercise {{ @top-center {{ content: 'EXERCISE / EXERCICE / УЧЕНИЕ'; font: bold 10pt sans-serif; }}
  @bottom-left {{ content: 'EXERCISE / EXERCICE / УЧЕНИЕ'; font: bold 8pt sans-serif; }} }}
@media print {{
  :root {{ {_PRINT} }}
  html {{ font-size: 10.5pt; }}
  body {{ print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
  .is-exercise {{ page: exercise; }}
  .exercise {{ border: 2px solid; background: none; color: #000; }}
  .languages {{ display: none; }}
  .page {{ max-width: none; padding: 0; }}
  h2 {{ break-after: avoid; }}
  .top, .route, .notice, dl.facts > div {{ break-inside: avoid; }}
  .card {{ padding: .4rem .8rem .6rem; }}
  .precedence.flash {{ background: none; color: #000; border: 2px solid #000; }}
}}
"""


def language_style(languages: tuple[str, ...]) -> str:
    """Hide what is in other languages than the one that is chosen; without styles all of them stand side by side."""
    rules = [_OF_LANGUAGE.replace("LANGUAGE", each) for each in languages]
    return "\n".join([".apart { display: none; }", *rules]) + "\n"


_OF_LANGUAGE: Final = """#language-LANGUAGE:checked ~ .page .w:not([lang=LANGUAGE]) { display: none; }
#language-LANGUAGE:checked ~ .page label[for=language-LANGUAGE] {
  color: inherit; font-weight: 700; text-decoration: none; }
#language-LANGUAGE:focus-visible ~ .page label[for=language-LANGUAGE] { outline: 3px solid; outline-offset: 2px; }"""
