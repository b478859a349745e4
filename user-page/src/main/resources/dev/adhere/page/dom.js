// Makes a part of the document what a view says, by changing no more than what differs: focus, selection and what a
// person has typed or opened stay. Children are text or elements; nothing is ever parsed as HTML.

const NODES = Symbol("nodes by key");
const SHOWN = Symbol("attributes as last shown");
// Set as properties: their attributes are but the beginning of them.
const PROPERTIES = new Set(["checked", "disabled", "open", "selected", "value"]);

/** An element to be shown. `attributes.key` tells it from its siblings of one list; null and false show nothing. */
export const h = (tag, attributes, ...children) => ({ tag, attributes: attributes ?? {}, children });

export const render = (element, root) => patch(root, [element]);

// A place keeps its key while others come and go: its index, or in a list what the list says.
function* keyed(children, path) {
  for (const [index, child] of children.entries()) {
    if (Array.isArray(child)) yield* keyed(child, `${path}${index}.`);
    else if (child !== null && child !== undefined && typeof child !== "boolean") {
      yield [`${path}${child.attributes?.key ?? index}`, typeof child === "object" ? child : String(child)];
    }
  }
}

const fits = (node, child) =>
  typeof child === "string" ? node.nodeType === Node.TEXT_NODE : node.localName === child.tag;

function patch(parent, children) {
  const before = parent[NODES] ?? new Map();
  const after = new Map();
  const wanted = [...keyed(children, "")];
  for (const [key, child] of wanted) {
    const node = before.get(key);
    if (node && fits(node, child)) after.set(key, node);
  }
  // Those that go go first, so that those that stay need not move, which would cost them the focus.
  for (const [key, node] of before) if (!after.has(key)) node.remove();
  let place = parent.firstChild;
  for (const [key, child] of wanted) {
    const node = after.get(key) ?? (typeof child === "string" ? document.createTextNode("") : document.createElement(child.tag));
    after.set(key, node);
    if (typeof child === "string") {
      if (node.data !== child) node.data = child;
    } else {
      patch(node, child.children);
      dress(node, child.attributes);
    }
    if (node === place) place = place.nextSibling;
    else parent.insertBefore(node, place);
  }
  parent[NODES] = after;
}

function dress(node, attributes) {
  const shown = node[SHOWN] ?? {};
  for (const name of new Set([...Object.keys(shown), ...Object.keys(attributes)])) {
    const value = attributes[name];
    if (name === "key" || value === shown[name]) continue;
    if (name.startsWith("on")) node[name.toLowerCase()] = value || null;
    else if (PROPERTIES.has(name)) node[name] = value ?? false;
    else if (value === null || value === undefined || value === false) node.removeAttribute(name);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node[SHOWN] = attributes;
}
