/** A button that opens the browser's print dialog, from which the page is saved as PDF too: data-action="print#print". */
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  print() {
    window.print();
  }
}
