// Mounted after all that Python draws of a picture: once this runs, the dialog is about that picture.

export default function ({ data, parentElement }) {
  const dialog = (parentElement.getRootNode().host ?? parentElement).closest("[role=dialog]");
  if (!dialog) return;
  dialog.dataset.drawnPicture = data.shown;
  return () => {
    if (dialog.dataset.drawnPicture === data.shown) delete dialog.dataset.drawnPicture;
  };
}
