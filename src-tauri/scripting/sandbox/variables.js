// The scopes of variables. What scripts change is seen by the scripts behind them at once, and reported.
(function (inner) {
  "use strict";

  const { native } = inner;
  const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
  const DEPTH = 20;

  /// What a template puts: Postman's way of turning a value into text.
  const text = (value) => (value === undefined ? "" : String(value));

  function changed(scope, key, value) {
    const change = { scope, key, text: text(value) };
    const isPlain = typeof value === "number" || typeof value === "boolean" || typeof value === "object";
    if (isPlain) change.value = value;
    record(change);
  }

  function record(change) {
    inner.changes.set(change.scope + " " + change.key, change);
  }

  class VariableScope {
    #scope;
    #values;
    constructor(scope, values, name, id) {
      this.#scope = scope;
      this.#values = values ?? {};
      if (name !== undefined) Object.assign(this, { name, id });
    }
    get(key) {
      return Object.hasOwn(this.#values, key) ? this.#values[key] : undefined;
    }
    has(key) {
      return Object.hasOwn(this.#values, key);
    }
    set(key, value) {
      if (this.#scope === null) return;
      key = String(key);
      // A copy: what is done to an object afterwards is not the variable's.
      this.#values[key] = typeof value === "object" && value !== null ? JSON.parse(JSON.stringify(value)) : value;
      changed(this.#scope, key, this.#values[key]);
    }
    unset(key) {
      if (this.#scope === null || !this.has(key)) return;
      delete this.#values[key];
      record({ scope: this.#scope, key: String(key), text: null });
    }
    clear() {
      Object.keys(this.#values).forEach((key) => this.unset(key));
    }
    toObject() {
      return { ...this.#values };
    }
    toJSON() {
      return { id: this.id, name: this.name, values: this.values.toJSON() };
    }
    get values() {
      const { Pair, PropertyList } = inner.lists;
      return new PropertyList(Pair, this, Object.entries(this.#values).map(([key, value]) => ({ key, value, type: "any" })));
    }
    replaceIn(template) {
      return inner.replaceIn(template, (name) => this.get(name));
    }
  }
  VariableScope.prototype[inner.SHOWN_AS_JSON] = true;

  /// `pm.variables`: all scopes, the strongest first; what is set here holds for the run.
  class AllVariables {
    #local;
    #layers;
    constructor(local, layers) {
      this.#local = local;
      this.#layers = [local, ...layers];
    }
    get(key) {
      return this.#layers.find((layer) => layer.has(key))?.get(key);
    }
    has(key) {
      return this.#layers.some((layer) => layer.has(key));
    }
    set(key, value) {
      this.#local.set(key, value);
    }
    unset(key) {
      this.#local.unset(key);
    }
    clear() {
      this.#local.clear();
    }
    toObject() {
      return Object.assign({}, ...this.#layers.slice().reverse().map((layer) => layer.toObject()));
    }
    replaceIn(template) {
      return inner.replaceIn(template, (name) => this.get(name));
    }
  }

  /// Replaces `{{names}}` in a text, or in all texts of an object.
  inner.replaceIn = function (template, find) {
    if (typeof template === "object" && template !== null) return JSON.parse(inner.replaceIn(JSON.stringify(template), find));
    let out = String(template);
    for (let depth = 0; depth < DEPTH && out.includes("{{"); depth++) {
      const before = out;
      out = out.replace(PLACEHOLDER, (whole, name) => {
        const value = find(name);
        if (value !== undefined) return text(value);
        if (!name.startsWith("$")) return whole;
        return native.askNow({ ask: "dynamic", name: name.slice(1) }) ?? whole;
      });
      if (out === before) break;
    }
    return out;
  };

  inner.readVariables = function (kept) {
    const scope = (name, values, ...rest) => new VariableScope(name, values, ...rest);
    const environment = scope("environment", kept.environment, kept.environmentName, kept.environmentId);
    const globals = scope("globals", kept.globals);
    const collection = scope("collection", kept.collection);
    const data = scope(null, kept.iterationData);
    const folders = kept.folders.map((values) => scope(null, values));
    const all = new AllVariables(scope("local", kept.local), [data, environment, ...folders, collection, globals]);
    return { environment, globals, collection, data, all };
  };
})
