// Images of the gallery as the routes describe them, made fit for a row of the list.

// A thumbnail's address, or "" where it is elsewhere than in the bucket, or the bucket is not known here.
export function bucketAddress(src, bucketUrl) {
  return bucketUrl && src.startsWith(`${new URL(bucketUrl).origin}/`) ? src : "";
}

export function galleryImage({ key, name, thumbnail_url: thumbnail, uploaded_at: uploadedAt }, bucketUrl) {
  const [image] = /[0-9a-f]{12}-[0-9a-f]{32}.*$/.exec(key);
  const page = `gallery?image=${encodeURIComponent(image)}`; // beside this page, whatever its folder
  return { name, page, src: bucketAddress(thumbnail, bucketUrl), uploadedAt: new Date(uploadedAt) };
}
