/**
 * Draws the page. Views say with `h` what there is to see; `mount` compares that with what is there and changes the
 * difference. Text is always text: nothing here reads HTML.
 */

const SVG = "http://www.w3.org/2000/svg";
/** Attributes that have to be set as properties, because the user changes them too. */
const LIVE = new Set(["value", "checked", "indeterminate", "muted", "volume"]);

/** @type {(() => void)[]} */
const afterDrawing = [];
let draw = () => {};
let isScheduled = false;

/**
 * Describes an element.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props<HTMLElementTagNameMap[K]> | null} [props]
 * @param {...Child} children
 * @returns {VNode}
 */
export function h(tag, props, ...children) {
  return { tag, text: "", props: props ?? {}, children: flatten(children), node: null, cleanup: null };
}

/**
 * Describes an element of a drawing.
 * @param {keyof SVGElementTagNameMap} tag
 * @param {Props<SVGElement>} props
 * @param {...Child} children
 * @returns {VNode}
 */
export function svg(tag, props, ...children) {
  return { tag: `svg:${tag}`, text: "", props, children: flatten(children), node: null, cleanup: null };
}

/**
 * Draws what `render` says into `host`, now and whenever `redraw` asks for it.
 * @param {Element} host
 * @param {() => Child} render
 */
export function mount(host, render) {
  /** @type {VNode[]} */
  let shown = [];
  draw = () => {
    const next = flatten([render()]);
    patchChildren(host, shown, next);
    shown = next;
    for (const run of afterDrawing.splice(0)) run();
  };
  redraw();
}

/** Has the page drawn again before the next picture; any number of calls draw once. */
export function redraw() {
  if (isScheduled) return;
  isScheduled = true;
  const run = () => {
    isScheduled = false;
    draw();
  };
  // A hidden page gets no frames, but its title and its progress are seen.
  if (document.hidden) setTimeout(run, 50);
  else requestAnimationFrame(run);
}

/**
 * @param {readonly Child[]} children
 * @param {VNode[]} [into]
 * @returns {VNode[]}
 */
function flatten(children, into = []) {
  for (const child of children) {
    if (child === null || child === undefined || typeof child === "boolean" || child === "") continue;
    if (Array.isArray(child)) flatten(child, into);
    else if (typeof child === "object") into.push(/** @type {VNode} */ (child));
    else into.push({ tag: "#text", text: String(child), props: {}, children: [], node: null, cleanup: null });
  }
  return into;
}

/** Hands an element's events to the handlers of its latest description. */
class Listener {
  /** @param {VNode} vnode */
  constructor(vnode) {
    this.vnode = vnode;
  }

  /** @param {Event} event */
  handleEvent(event) {
    const handler = this.vnode.props[`on${event.type}`];
    if (typeof handler !== "function") return;
    handler(event);
    redraw();
  }
}

/** @type {WeakMap<Node, Listener>} */
const listeners = new WeakMap();

/**
 * @param {VNode} vnode
 * @returns {Node}
 */
function create(vnode) {
  if (vnode.tag === "#text") {
    vnode.node = document.createTextNode(vnode.text);
    return vnode.node;
  }
  const element = vnode.tag.startsWith("svg:")
    ? document.createElementNS(SVG, vnode.tag.slice(4))
    : document.createElement(vnode.tag);
  vnode.node = element;
  const { ref } = vnode.props;
  // Before those of the children: a field can take the focus once its dialog is open.
  if (ref) afterDrawing.push(() => { vnode.cleanup = ref(element) ?? null; });
  for (const child of vnode.children) element.append(create(child));
  patchProps(element, {}, vnode); // after the children: a select takes its value from them
  return element;
}

/**
 * @param {VNode} old
 * @param {VNode} next
 */
function patch(old, next) {
  const node = /** @type {Node} */ (old.node);
  next.node = node;
  if (next.tag === "#text") {
    if (old.text !== next.text) node.nodeValue = next.text;
    return;
  }
  next.cleanup = old.cleanup;
  const element = /** @type {Element} */ (node);
  patchChildren(element, old.children, next.children);
  patchProps(element, old.props, next);
}

/**
 * @param {Element} parent
 * @param {VNode[]} old
 * @param {VNode[]} next
 */
function patchChildren(parent, old, next) {
  const left = new Set(old);
  const byKey = new Map(old.filter((vnode) => vnode.props.key !== undefined).map((vnode) => [keyOf(vnode), vnode]));
  const others = old.filter((vnode) => vnode.props.key === undefined);
  let position = 0;
  /** @type {Set<VNode>} */
  const added = new Set();
  for (const vnode of next) {
    let match = vnode.props.key === undefined ? undefined : byKey.get(keyOf(vnode));
    if (vnode.props.key === undefined) {
      while (position < others.length && others[position].tag !== vnode.tag) position++;
      match = others[position++];
    }
    if (match && left.delete(match)) patch(match, vnode);
    else added.add(vnode);
  }
  for (const vnode of left) remove(vnode);
  place(parent, next, added);
}

/**
 * @param {Element} parent
 * @param {VNode[]} vnodes
 * @param {Set<VNode>} added
 */
function place(parent, vnodes, added) {
  let at = parent.firstChild;
  for (const vnode of vnodes) {
    const node = added.has(vnode) ? create(vnode) : /** @type {Node} */ (vnode.node);
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
}

/** @param {VNode} vnode */
function keyOf(vnode) {
  return `${vnode.tag} ${vnode.props.key}`;
}

/** @param {VNode} vnode */
function remove(vnode) {
  letGo(vnode);
  /** @type {ChildNode} */ (vnode.node).remove();
}

/** @param {VNode} vnode */
function letGo(vnode) {
  for (const child of vnode.children) letGo(child);
  vnode.cleanup?.();
}

/**
 * @param {Element} element
 * @param {Props} old
 * @param {VNode} next
 */
function patchProps(element, old, next) {
  const { props } = next;
  for (const name in old) if (!(name in props)) set(element, name, undefined, old[name]);
  for (const name in props) {
    if (name.startsWith("on")) listen(element, name.slice(2), next);
    else if (props[name] !== old[name] || LIVE.has(name)) set(element, name, props[name], old[name]);
  }
  const listener = listeners.get(element);
  if (listener) listener.vnode = next;
}

/**
 * @param {Element} element
 * @param {string} type
 * @param {VNode} vnode
 */
function listen(element, type, vnode) {
  let listener = listeners.get(element);
  if (!listener) {
    listener = new Listener(vnode);
    listeners.set(element, listener);
  }
  element.addEventListener(type, listener); // adding the same one twice does nothing
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {unknown} value
 * @param {unknown} old
 */
function set(element, name, value, old) {
  if (name === "key" || name === "ref" || name.startsWith("on")) return;
  if (name === "style") setStyle(/** @type {HTMLElement} */ (element), value, old);
  else if (LIVE.has(name)) setLive(/** @type {any} */ (element), name, value);
  else if (name.startsWith("aria-") && typeof value === "boolean") element.setAttribute(name, String(value));
  else if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

/**
 * @param {any} element
 * @param {string} name
 * @param {unknown} value
 */
function setLive(element, name, value) {
  // Setting an equal value would move the caret.
  if (value !== undefined && element[name] !== value) element[name] = value;
}

/**
 * @param {HTMLElement} element
 * @param {unknown} value
 * @param {unknown} old
 */
function setStyle(element, value, old) {
  const styles = /** @type {Record<string, string>} */ (value ?? {});
  for (const name in /** @type {object} */ (old ?? {})) if (!(name in styles)) element.style.removeProperty(name);
  for (const [name, text] of Object.entries(styles)) element.style.setProperty(name, text);
}
