import assert from "node:assert/strict";
import test from "node:test";
import { captionHeight, captionShapes, legend } from "../../../static/waves/js/chart/export-caption.js";
import { fitted, textWidth } from "../../../static/waves/js/text/fitting.js";

const LONG = "Temperature of the third cooling circuit behind the second pump ".repeat(4).trim();
class Shape {
  constructor(options) {
    Object.assign(this, options);
  }
}
const GRAPHIC = { Text: Shape, Line: Shape };
const LOOK = { colour: (name) => name };

test("a text that has room stays as it is, and another one says that there is more of it", () => {
  const width = (text) => text.length;
  assert.equal(fitted("Mains", 5, width), "Mains");
  assert.equal(fitted("Mains voltage", 8, width), "Main…age");
  assert.equal(fitted("Mains voltage", 7, width), "Mai…age");
  assert.equal(fitted("Mains", 0, width), "…");
});

test("what a person takes for one character is not cut through", () => {
  const family = "👨‍👩‍👧";
  assert.equal(
    fitted(`${family}${family}abc`, 9.5, (text) => text.length),
    `${family}…`,
  );
});

test("nothing of an exported caption leaves the picture, whatever names are", () => {
  for (const width of [280, 390, 1200]) {
    for (const name of [LONG, "ABCDEFGHIJ".repeat(20), "U"]) {
      const entries = [1, 2, 3].map(() => ({ text: name, aside: "500 mV/div", colour: "", dash: null }));
      const caption = { title: name, aside: "2026-11-26 14:03:27.482 UTC · 20 ms/div", entries };
      const shapes = captionShapes(caption, GRAPHIC, { ...LOOK, width });
      const bottom = captionHeight(caption, width);
      for (const { style } of shapes.filter((shape) => shape.style.text)) {
        const wide = textWidth(style.text, style.fontSize, style.fontWeight);
        const [left, right] = style.align === "right" ? [style.x - wide, style.x] : [style.x, style.x + wide];
        assert.ok(left >= 0 && right <= width, `${style.text} is at ${left} to ${right} of ${width}`);
        assert.ok(style.y < bottom);
      }
    }
  }
});

test("a legend shortens names, never what a division stands for", () => {
  const [text] = legend([{ text: LONG, aside: "500 mV/div", colour: "", dash: null }], 390);
  assert.match(text, /^Tem.*…mp {2}500 mV\/div$/);
});
