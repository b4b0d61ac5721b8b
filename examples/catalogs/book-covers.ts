/**
 * Draws the covers that books.jsonl names, which lie in covers/ already:
 *
 *   node examples/catalogs/book-covers.ts
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** Two colors and the shape between them, within 120 x 180. */
const COVERS: Readonly<Record<string, readonly [ground: string, ink: string, path: string]>> = {
  'b-001': ['#1d3557', '#f1faee', 'M52 150 L56 60 H64 L68 150 Z M50 50 h20 v8 h-20 Z M72 52 L120 36 V68 Z'],
  'b-002': ['#d4a373', '#5c3d1e', 'M20 110 a40 34 0 0 1 80 0 v20 h-80 Z'],
  'b-003': ['#606c38', '#fefae0', 'M30 150 V90 L60 60 L90 90 V150 Z M0 156 h120 v6 h-120 Z'],
  'b-004': ['#e9a23b', '#3d2b1f', [30, 60, 90].flatMap((x) => [40, 80, 120].map((y) => ring(x, y, 11))).join(' ')],
  'b-005': ['#f8f9fa', '#c1121f', 'M20 150 L60 50 L100 150 Z M40 150 h40 v-10 h-40 Z'],
  'b-006': ['#a7c957', '#386641', 'M58 160 V90 h4 V160 Z M60 90 C20 90 20 50 60 40 C100 50 100 90 60 90 Z'],
  'b-007': ['#ffc8dd', '#5a189a', `${ring(60, 90, 42)} M58 60 h4 v32 h-4 Z M60 88 h24 v4 h-24 Z`],
  'b-008': ['#e6ccb2', '#7f5539', 'M0 180 C40 120 10 90 60 60 S80 20 120 0 V20 C90 40 100 60 70 74 S60 130 30 180 Z'],
  'b-009': ['#2d6a4f', '#d8f3dc', 'M0 160 L36 80 L60 120 L88 60 L120 160 Z'],
  'b-010': ['#adb5bd', '#212529', 'M30 80 h60 v50 h-60 Z M42 60 h36 v14 h-36 Z M94 95 h16 v20 h-16 Z'],
  'b-011': [
    '#0b132b',
    '#ffd166',
    'M10 110 h100 v24 h-100 Z M20 70 h16 v16 h-16 Z M52 70 h16 v16 h-16 Z M84 70 h16 v16 h-16 Z',
  ],
  'b-012': ['#fff3b0', '#9e2a2b', [30, 60, 90, 120, 150].map((y) => `M10 ${y} h100 v12 h-100 Z`).join(' ')],
};

function ring(x: number, y: number, r: number): string {
  const circle = (radius: number, sweep: 0 | 1) =>
    `M${x - radius} ${y} a${radius} ${radius} 0 1 ${sweep} ${2 * radius} 0 a${radius} ${radius} 0 1 ${sweep} ${-2 * radius} 0 Z`;
  return circle(r, 1) + circle(r * 0.6, 0);
}

mkdirSync(`${HERE}covers`, { recursive: true });
for (const line of readFileSync(`${HERE}books.jsonl`, 'utf8').split('\n').filter(Boolean)) {
  const { id, covers }: { id: string; covers: [string] } = JSON.parse(line);
  const [ground, ink, path] = COVERS[id]!;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="180"><rect width="120" height="180" fill="${ground}"/><path d="${path}" fill="${ink}"/></svg>`;
  await sharp(Buffer.from(svg))
    .png({ palette: true, colors: 16 })
    .toFile(HERE + covers[0]);
}
