for (const element of document.querySelectorAll("[data-chart]")) {
  drawInto(element, SPECS[Number(element.dataset.chart)], CONFIGS).catch((error) => {
    element.textContent = `This picture could not be drawn: ${error.message}`;
  });
}
