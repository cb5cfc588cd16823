/** Opens the sections of a form that concern the record and folds the others, as the field that decides is changed. */
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  connect() {
    this.element.addEventListener("change", this.changed);
  }

  changed = (event) => {
    const sections = this.element.querySelectorAll(`details[data-when="${CSS.escape(event.target.name ?? "")}"]`);
    for (const section of sections) {
      const applies = section.dataset.whenValues.split(" ").includes(event.target.value);
      if (applies || !this.isFilled(section)) section.open = applies;
    }
  };

  isFilled(section) {
    return [...section.querySelectorAll("input:not([type=radio], [type=checkbox]), textarea, select")].some((control) => control.value);
  }
}
