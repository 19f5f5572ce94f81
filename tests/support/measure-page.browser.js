/** Runs inside a page, by `measure-page.ts`. */
(() => {
  const numbers = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color) => {
    const [r = 0, g = 0, b = 0] = numbers(color)
      .slice(0, 3)
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const groundOf = (element) => {
    if (element === null) return 'rgb(255, 255, 255)';
    const ground = getComputedStyle(element).backgroundColor;
    return numbers(ground)[3] === 0 ? groundOf(element.parentElement) : ground;
  };
  const contrast = (element) => {
    const [a, b] = [luminance(getComputedStyle(element).color), luminance(groundOf(element))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const texts = [...document.querySelectorAll('body *')].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()),
  );
  const weakest = texts
    .map((element) => ({ text: element.textContent?.slice(0, 40), ratio: contrast(element) }))
    .reduce((least, one) => (one.ratio < least.ratio ? one : least), { text: '', ratio: 21 });
  const fields = [...document.querySelectorAll('input:not([type=hidden])')];
  return {
    width: document.documentElement.scrollWidth,
    weakest,
    isDark: luminance(groundOf(document.body)) < 0.2,
    unnamed: fields.filter((field) => !field.labels?.length).map((field) => field.name),
  };
})();
