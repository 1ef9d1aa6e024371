// The component: a button for one image's link, and the format that it is copied in.

import { copyFrom } from "../shared/clipboard.js";
import { bindFormatMenu, linksText } from "../shared/link_formats.js";

export default function mountCopyLink({ data, parentElement }) {
  const button = parentElement.querySelector(".copy-link");
  button.setAttribute("aria-label", `Copy the link to ${data.name}`);
  button.onclick = () => copyFrom(button, linksText([data]));
  const menu = parentElement.querySelector(".format-menu");
  if (!menu.length) bindFormatMenu(menu);
}
