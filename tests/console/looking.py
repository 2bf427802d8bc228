"""What can be judged of any page without knowing it: rules of accessibility, and that no text is cut."""

from functools import cache

from tests.documents import ROOT

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules that judge colours."""
_RUN_AXE = """async ([type, values]) => {
  const found = await axe.run(document, { runOnly: { type, values }, resultTypes: ['violations'] });
  return {
    passes: found.passes.length,
    violations: found.violations.map((each) => ({
      id: each.id, help: each.help, nodes: each.nodes.map((node) => `${node.target} ${node.failureSummary}`),
    })),
  };
}"""
_FIND_CUT = """() => {
  const cut = [];
  const isHidden = (style) => style.visibility === 'hidden' || style.display === 'none';
  const isForReadersOfScreens = (box) => box.width <= 1 || box.height <= 1;
  for (const element of document.querySelectorAll('body *')) {
    const holdsText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
    const isField = element.matches('input, textarea, select');
    if (!holdsText || isField || element.closest('svg, [data-shortened]')) continue;
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    if (isHidden(style) || isForReadersOfScreens(box)) continue;
    const say = (how) => cut.push(`${how}: <${element.tagName.toLowerCase()} class="${element.className}"> `
      + element.textContent.trim().slice(0, 60));
    if (style.textOverflow === 'ellipsis' && element.scrollWidth > element.clientWidth + 1) say('shortened');
    if (style.overflowX !== 'visible' && style.display !== 'inline' && element.scrollWidth > element.clientWidth + 1
      && style.overflowX !== 'auto' && style.overflowX !== 'scroll') say('cut at its side');
    if (style.overflowY === 'hidden' && element.scrollHeight > element.clientHeight + 2) say('cut below');
    const range = document.createRange();
    range.selectNodeContents(element);
    for (let parent = element; parent !== null; parent = parent.parentElement) {
      const clip = getComputedStyle(parent);
      if (clip.overflowX !== 'hidden' && clip.overflowX !== 'clip') continue;
      const frame = parent.getBoundingClientRect();
      const beyond = [...range.getClientRects()].some((each) => each.width > 0
        && (each.right > frame.right + 1 || each.left < frame.left - 1));
      if (beyond && !isForReadersOfScreens(frame)) say(`beyond <${parent.tagName.toLowerCase()}>`);
    }
  }
  for (const row of document.querySelectorAll('[data-row]')) {
    row.style.contentVisibility = 'visible';  // out of sight it keeps the height that it had in sight
    if (row.scrollHeight <= row.clientHeight + 2) continue;
    cut.push(`too tall for its row: ${row.textContent.trim().slice(0, 60)}`);
  }
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 1) cut.push(`the page is ${wide} px wider than its window`);
  return [...new Set(cut)];
}"""

_DRAWN = """async () => {
  await document.fonts.ready;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


@cache
def _axe():
    return (ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


def violations(page, rules=()):
    """Give every violation of WCAG 2.2 A and AA that axe finds on a page, in words; or of these rules alone."""
    if not page.evaluate("() => typeof axe === 'object'"):
        page.evaluate(_axe())
    found = page.evaluate(_RUN_AXE, ["rule", list(rules)] if rules else ["tag", RULES])
    assert found["passes"] > (0 if rules else 5), "axe looked at nothing"
    return [
        f"{each['id']}: {each['help']}: {' '.join(node.split())}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def cut_texts(page):
    """Give every text that does not fit where it stands.

    What an author wrote may be shortened to its beginning in a list, where `data-shortened` says that this is meant.
    """
    page.evaluate(_DRAWN)
    return page.evaluate(_FIND_CUT)
