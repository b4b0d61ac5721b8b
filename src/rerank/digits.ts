/** Side of a badge in pixels: its digit is still some 20 px high when a model sees the sheet at half its size. */
export const BADGE = 64;

/** Center lines of the glyphs in a square of 100, stroked with a round pen, so that no font is needed. */
const GLYPHS: readonly string[] = [
  'M34 34L52 20V80M35 80H68',
  'M32 37C32 14 68 14 68 37C68 52 40 62 32 80H69',
  'M32 28C41 14 67 17 66 34C66 45 57 48 46 48C59 48 69 54 69 65C69 85 37 86 30 69',
  'M58 81V20L29 62H72',
  'M66 20H38L35 47C45 38 69 42 69 61C69 85 38 86 30 70',
  'M64 20C46 24 32 42 32 62A18 19 0 1 0 68 62A18 19 0 1 0 32 62',
  'M31 20H69L44 80',
  'M50 48A15 14 0 1 0 50 20A15 14 0 1 0 50 48A18 16 0 1 0 50 80A18 16 0 1 0 50 48',
  'M36 80C54 76 68 58 68 38A18 19 0 1 0 32 38A18 19 0 1 0 68 38',
  'M32 36C32 13 68 14 68 36C68 49 50 48 50 61M50 80V80.1',
];

/** Where the question mark stands; the digit n stands at n - 1. */
export const QUESTION = 9;

/** The blue of the query panel's border and badge. */
export const BLUE = [0, 72, 255] as const;

/**
 * All badges in a row, `BADGE` pixels each, 1 to 9 and then the question mark: white on near-black, the last one on blue. A white
 * and a dark line around each keep it apart from any picture.
 */
export const BADGES = {
  width: BADGE * GLYPHS.length,
  height: BADGE,
  svg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${GLYPHS.length * 100} 100">${GLYPHS.map(badge).join('')}</svg>`,
};

function badge(glyph: string, at: number): string {
  const ground = at === QUESTION ? `rgb(${BLUE})` : '#111';
  return (
    `<g transform="translate(${at * 100} 0)"><rect width="100" height="100" fill="#111"/>` +
    `<rect x="2.5" y="2.5" width="95" height="95" fill="#fff"/><rect x="7" y="7" width="86" height="86" fill="${ground}"/>` +
    `<path d="${glyph}" fill="none" stroke="#fff" stroke-width="12" stroke-linecap="round" stroke-linejoin="round"/></g>`
  );
}
