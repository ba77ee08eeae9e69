import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';

/** Draws the pictures of the brand that have to be pixels, from `app/icon.svg` and the palette. Run after a change of either. */

const APP = join(import.meta.dirname, '../app');
const FONTS = join(
  dirname(createRequire(import.meta.url).resolve('geist/font/sans')),
  'fonts/geist-sans',
);
const ICON = readFileSync(join(APP, 'icon.svg'));

const TOUCH_ICON_SIZE = 180;
/** What previews of links expect. */
const SOCIAL = { width: 1_200, height: 630 } as const;
const GROUND = '#16131f';
const TEXT = '#ece9f4';
const MUTED = '#aaa4ba';

function mark(size: number): Sharp {
  return sharp(ICON, { density: (72 * size) / 32 }).resize(size, size);
}

/** A line of text as a picture; its size is in points at 72 dots an inch. */
function line(text: string, colour: string, weight: string, points: number): Promise<Buffer> {
  const font = { font: `Geist ${points}`, fontfile: join(FONTS, `Geist-${weight}.ttf`), dpi: 72 };
  const words = { text: `<span foreground="${colour}">${text}</span>`, rgba: true, ...font };
  return sharp({ text: words }).png().toBuffer();
}

// A touch icon has no corners of its own: the device cuts them.
await sharp({
  create: { width: TOUCH_ICON_SIZE, height: TOUCH_ICON_SIZE, channels: 4, background: '#5140c9' },
})
  .composite([{ input: await mark(TOUCH_ICON_SIZE).png().toBuffer() }])
  .png({ compressionLevel: 9, palette: true })
  .toFile(join(APP, 'apple-icon.png'));

await sharp({ create: { ...SOCIAL, channels: 4, background: GROUND } })
  .composite([
    { input: await mark(200).png().toBuffer(), left: 100, top: 120 },
    { input: await line('FleetLM', TEXT, 'Bold', 104), left: 100, top: 372 },
    {
      input: await line(
        'Conversations with your agents that outlive any machine',
        MUTED,
        'Regular',
        36,
      ),
      left: 102,
      top: 490,
    },
  ])
  .png({ compressionLevel: 9, palette: true })
  .toFile(join(APP, 'opengraph-image.png'));
