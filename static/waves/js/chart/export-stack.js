/** Charts that are seen one above the other, as one picture: what `Chart.copy` made, stacked. */

/** @param {{svg: string, width: number, height: number}[]} copies @returns {string} one drawing */
export function stackedDrawing(copies) {
  const { width, places, height } = stack(copies);
  const placed = copies.map(({ svg }, k) => svg.replace("<svg ", `<svg y="${places[k]}" `));
  return `<svg width="${width}" height="${height}" xmlns="http://www.w3.org/2000/svg">${placed.join("")}</svg>`;
}

/** @param {{canvas: HTMLCanvasElement}[]} copies @returns {HTMLCanvasElement} one picture */
export function stackedPicture(copies) {
  const { width, places, height } = stack(copies.map(({ canvas }) => canvas));
  const picture = Object.assign(document.createElement("canvas"), { width, height });
  const context = picture.getContext("2d");
  copies.forEach(({ canvas }, k) => context?.drawImage(canvas, 0, places[k]));
  return picture;
}

/** @param {{width: number, height: number}[]} sizes */
function stack(sizes) {
  let height = 0;
  const places = sizes.map((size) => {
    const place = height;
    height += size.height;
    return place;
  });
  return { width: Math.max(...sizes.map(({ width }) => width)), places, height };
}
