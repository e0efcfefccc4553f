const side = 64;

/**
 * Draws any picture the browser can draw, an SVG too, into a PNG of 64 × 64 with its shape kept, and gives it in base64.
 * What was in the file beside the picture stays behind. Throws when it cannot be drawn.
 */
export async function pictureAsPng(file: File): Promise<string> {
  const address = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(new Error('the file cannot be read'));
    reader.readAsDataURL(file);
  });
  const image = new Image();
  image.src = address;
  await image.decode();
  const [width, height] = [image.naturalWidth || side, image.naturalHeight || side];
  const scale = Math.min(side / width, side / height);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [side, side];
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('there is no canvas');
  pen.imageSmoothingQuality = 'high';
  const [w, h] = [width * scale, height * scale];
  pen.drawImage(image, (side - w) / 2, (side - h) / 2, w, h);
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}
