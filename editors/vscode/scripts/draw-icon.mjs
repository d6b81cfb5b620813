// Draws images/icon.png from images/icon.svg; the marketplace takes no SVG.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const images = join(import.meta.dirname, "../images");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 128, height: 128 }, deviceScaleFactor: 2 });
await page.setContent(`<body style="margin: 0">${readFileSync(join(images, "icon.svg"), "utf8")}</body>`);
await page.screenshot({ path: join(images, "icon.png"), omitBackground: true });
await browser.close();
