/** A photo made small before it is sent: on a form with an input (target "input") and a place for words (target "state"). */
import { Controller } from "../../vendor/stimulus.js";

const LONGEST_SIDE = 1600;
const QUALITY = 0.85;

export default class extends Controller {
  static targets = ["input", "state"];

  async chosen() {
    const [photo] = this.inputTarget.files;
    if (!photo) return;
    this.stateTarget.textContent = photo.name;
    const small = await this.shrunk(photo).catch(() => null);
    if (small && small.size < photo.size) {
      const held = new DataTransfer();
      held.items.add(new File([small], "card.jpg", { type: "image/jpeg" }));
      this.inputTarget.files = held.files;
    }
    this.element.requestSubmit();
  }

  async shrunk(photo) {
    const picture = await createImageBitmap(photo);
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  }
}
