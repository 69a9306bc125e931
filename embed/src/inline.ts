// <groat-checkout>: the checkout in the flow of the page. Its width and place are the page's, what is inside is not.
import { NAMES, addressOf, optionsOf, type Source } from "./address.js";
import { frame, shadow, type Frame } from "./frame.js";

export function define(source: Source): void {
  customElements.define(
    "groat-checkout",
    class extends HTMLElement {
      declare frame?: Frame | undefined;
      declare due?: boolean;

      static observedAttributes = NAMES;

      disconnectedCallback() {
        this.connectedCallback();
      }
      attributeChangedCallback() {
        this.connectedCallback();
      }

      /** Whatever changed. Several changes in one go load the frame once. */
      async connectedCallback() {
        if (this.due) return;
        this.due = true;
        await 0;
        this.due = false;
        this.frame?.stop();
        this.frame = undefined;
        if (!this.isConnected) return;
        const options = optionsOf(this);
        const url = addressOf(source, options, "inline");
        const root = this.shadowRoot ?? shadow(this, ":host(:not([hidden])){display:block}iframe{height:520px}");
        this.frame = frame(root, url, options);
        this.frame.open(this);
      }
    },
  );
}
