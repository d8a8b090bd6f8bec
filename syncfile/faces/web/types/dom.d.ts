/** What js/dom.js draws. These names are known to every module. */

/** One element, or a text (`tag` is "#text"), of the tree that a view describes. */
interface VNode {
  tag: string;
  text: string;
  props: Props;
  children: VNode[];
  /** What it is drawn as; null before that. */
  node: Node | null;
  /** Given back by `props.ref`; called when the element goes. */
  cleanup: (() => void) | null;
}

/** What may stand as a child: nothing, text, an element, or a list of these. */
type Child = string | number | boolean | null | undefined | VNode | readonly Child[];

/** Handlers of events redraw the page after they have run. */
type Handlers<E> = {
  [K in keyof HTMLElementEventMap as `on${K}`]?: (event: HTMLElementEventMap[K] & { currentTarget: E }) => unknown;
};

type Props<E = any> = Handlers<E> & {
  /** Tells elements of one list apart, so that they keep their focus and state when the list changes. */
  key?: string | number;
  class?: string;
  style?: Record<string, string>;
  /** Called once the element is in the page; what it returns is called when the element is taken out. */
  ref?: (element: E) => void | (() => void);
  /** Attributes by their name in HTML; false, null and undefined leave them out. */
  [attribute: string]: unknown;
};

/** What a view is asked for while it is shown. */
interface View {
  /** For the window's title. */
  title: () => string;
  render: () => Child;
  /** Takes new parameters of the same route; without it the view is made anew. */
  update?: (context: ViewContext) => void;
  /** Called when another view takes its place. */
  leave?: () => void;
  shortcuts?: Shortcut[];
}

interface ViewContext {
  /** The parts of the path that the route names, decoded. */
  params: Record<string, string>;
  query: URLSearchParams;
}

interface Route {
  /** Such as "/library/:id/*path": `:id` is one word, `*path` all that is left. */
  path: string;
  /** Names the view's texts (i18n/<language>/<name>.js) and its style sheet (css/views/<name>.css). */
  name: string;
  load: () => Promise<{ show: (context: ViewContext) => View }>;
  /** Other texts that the view uses. */
  texts?: string[];
  /** Other style sheets that the view uses. */
  styles?: string[];
  /** Only administrators come here. */
  staff?: boolean;
}

interface Shortcut {
  /** As KeyboardEvent.key has it, after "Ctrl+", "Alt+" or "Shift+" where these are needed: "?", "Ctrl+a", "F2". */
  keys: string;
  /** The key of the text that says what it does; the help lists those that have one. */
  text?: string;
  run: (event: KeyboardEvent) => void;
}
