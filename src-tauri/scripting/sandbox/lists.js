// The lists of named things that requests and responses are made of: headers, query parameters, form fields, cookies.
// They have the methods that Postman's own have, so that scripts written for it find them.
(function (inner) {
  "use strict";

  const fold = (list, key) => (list.ignoresCase ? String(key).toLowerCase() : String(key));

  /// A named value that can be switched off.
  class Pair {
    constructor(given) {
      this.update(given);
    }
    update(given) {
      if (typeof given === "string") given = this.parse(given);
      Object.assign(this, given);
      this.key = given?.key ?? given?.name ?? "";
      this.value = given?.value === undefined ? "" : given.value;
      delete this.name;
    }
    parse(text) {
      const at = text.indexOf("=");
      return at < 0 ? { key: text, value: null } : { key: text.slice(0, at), value: text.slice(at + 1) };
    }
    get() {
      return this.value;
    }
    valueOf() {
      return this.value;
    }
    toString() {
      return this.value === null ? this.key : this.key + "=" + this.value;
    }
    toJSON() {
      return Object.assign({}, this);
    }
  }

  class Header extends Pair {
    parse(text) {
      const at = text.indexOf(":");
      return at < 0 ? { key: text.trim() } : { key: text.slice(0, at).trim(), value: text.slice(at + 1).trim() };
    }
    toString() {
      return this.key + ": " + this.value;
    }
    static create(value, key) {
      return new Header({ key, value });
    }
  }

  class QueryParam extends Pair {}
  class FormParam extends Pair {}

  class Cookie extends Pair {
    constructor(given) {
      super(given);
      Object.defineProperty(this, "name", { get: () => this.key, enumerable: true, configurable: true });
    }
    toString() {
      return this.key + "=" + this.value;
    }
  }

  class PropertyList {
    constructor(Member, parent, given) {
      Object.defineProperty(this, "Member", { value: Member });
      Object.defineProperty(this, "ignoresCase", { value: Member === Header });
      this.members = [];
      this.populate(given);
    }

    #make(item, value) {
      if (item instanceof this.Member) return item;
      return new this.Member(value === undefined ? item : { key: item, value });
    }
    #all(key) {
      const wanted = fold(this, key);
      return this.members.filter((member) => fold(this, member.key) === wanted);
    }

    // Reading
    one(key) {
      return this.#all(key).pop();
    }
    get(key) {
      return this.one(key)?.valueOf();
    }
    has(item, value) {
      const found = this.#all(typeof item === "object" && item ? item.key : item);
      return value === undefined ? found.length > 0 : found.some((member) => member.value === value);
    }
    all() {
      return this.members.slice();
    }
    idx(at) {
      return this.members[at];
    }
    indexOf(item) {
      return this.members.indexOf(typeof item === "string" ? this.one(item) : item);
    }
    count() {
      return this.members.length;
    }
    each(callback, self) {
      this.members.slice().forEach((member, at) => callback.call(self ?? this, member, at));
    }
    forEach(callback, self) {
      this.each(callback, self);
    }
    map(callback, self) {
      return this.members.map(callback, self ?? this);
    }
    filter(callback, self) {
      return this.members.filter(callback, self ?? this);
    }
    find(rule, self) {
      if (typeof rule === "function") return this.members.find(rule, self ?? this);
      return this.members.find((member) => Object.keys(rule ?? {}).every((key) => member[key] === rule[key]));
    }
    reduce(callback, first, self) {
      return this.members.reduce(self ? callback.bind(self) : callback, first);
    }
    [Symbol.iterator]() {
      return this.members[Symbol.iterator]();
    }
    toObject(onlyEnabled, caseSensitive, multiple) {
      const object = {};
      for (const member of this.members) {
        if (onlyEnabled && member.disabled) continue;
        const key = this.ignoresCase && !caseSensitive ? member.key.toLowerCase() : member.key;
        const value = member.valueOf();
        if (multiple && Object.hasOwn(object, key)) object[key] = [].concat(object[key], [value]);
        else object[key] = value;
      }
      return object;
    }
    toJSON() {
      return this.members.map((member) => (typeof member.toJSON === "function" ? member.toJSON() : member));
    }
    toString() {
      const separator = this.Member === Header ? "\r\n" : this.Member === Cookie ? "; " : "&";
      return this.members.filter((member) => !member.disabled).map(String).join(separator);
    }
    contentSize() {
      return this.members.length === 0 ? 0 : inner.bytes(this.toString()).length;
    }

    // Changing
    add(item, value) {
      if (item === undefined || item === null) return;
      this.members.push(this.#make(item, value));
    }
    append(item, value) {
      this.add(item, value);
    }
    prepend(item) {
      this.members.unshift(this.#make(item));
    }
    insert(item, before) {
      const at = before === undefined ? -1 : this.indexOf(before);
      if (at < 0) this.add(item);
      else this.members.splice(at, 0, this.#make(item));
    }
    insertAfter(item, after) {
      const at = this.indexOf(after);
      if (at < 0) this.add(item);
      else this.members.splice(at + 1, 0, this.#make(item));
    }
    upsert(item, value) {
      if (item === undefined || item === null) return null;
      const made = this.#make(item, value);
      const found = this.one(made.key);
      if (!found) {
        this.members.push(made);
        return true;
      }
      Object.assign(found, made.toJSON ? made.toJSON() : made);
      return false;
    }
    remove(rule, self) {
      if (typeof rule === "function") this.members = this.members.filter((member) => !rule.call(self, member));
      else if (typeof rule === "string") {
        const gone = this.#all(rule);
        this.members = this.members.filter((member) => !gone.includes(member));
      } else this.members = this.members.filter((member) => member !== rule);
    }
    clear() {
      this.members = [];
    }
    repopulate(given) {
      this.clear();
      this.populate(given);
    }
    populate(given) {
      if (given === undefined || given === null) return;
      if (typeof given === "string") {
        const pieces = given.split(this.Member === Header ? /\r?\n/ : "&");
        pieces.filter((piece) => piece !== "").forEach((piece) => this.add(piece));
      } else if (typeof given[Symbol.iterator] === "function") for (const item of given) this.add(item);
      else for (const key of Object.keys(given)) this.add({ key, value: given[key] });
    }
    assimilate(given, prune) {
      if (prune) this.clear();
      this.populate(given);
    }
    eachParent() {}
  }
  PropertyList.prototype[inner.SHOWN_AS_JSON] = true;

  inner.lists = { Pair, Header, QueryParam, FormParam, Cookie, PropertyList };
})
