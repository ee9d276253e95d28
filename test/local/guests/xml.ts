/** What a document says: the texts of its elements, in order. Throws where it is not well-formed. */
export function textsIn(xml: string): { element: string; text: string }[] {
  const token =
    /<\?xml [^?]*\?>|<!\[CDATA\[[\s\S]*?\]\]>|<\/(?<close>[\w:-]+)>|<(?<open>[\w:-]+)(?:\s+[\w:-]+="(?:[^"<&]|&(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)*")*\s*(?<empty>\/?)>|(?<text>(?:[^<&]|&(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)+)/gy;
  // XML 1.0, section 2.2.
  const forbidden = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
  const bad = forbidden.exec(xml);
  if (bad) throw new Error(`a character that XML has not, at ${bad.index}`);

  const open: string[] = [];
  const texts: { element: string; text: string }[] = [];
  let roots = 0;
  while (token.lastIndex < xml.length) {
    const at = token.lastIndex;
    const groups = token.exec(xml)?.groups;
    if (!groups) throw new Error(`not well-formed at ${xml.slice(at, at + 120)}`);
    const element = open.at(-1);
    if (groups.text !== undefined) {
      if (element !== undefined) texts.push({ element, text: unescaped(groups.text) });
      else if (groups.text.trim() !== '') throw new Error('text outside of the root');
    }
    if (groups.open !== undefined) {
      if (open.length === 0) roots += 1;
      if (groups.empty === '') open.push(groups.open);
    }
    if (groups.close !== undefined && open.pop() !== groups.close)
      throw new Error(`a stray </${groups.close}>`);
  }
  if (open.length > 0 || roots !== 1) throw new Error(`${roots} roots, and unclosed: ${open.join(' ')}`);
  return texts;
}

function unescaped(text: string): string {
  const characters: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replace(/&#x([\da-f]+);|&#(\d+);|&(\w+);/g, (_, hex, decimal, name) =>
    name ? (characters[name] ?? '') : String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal)),
  );
}
