import { LanguageSupport, StreamLanguage, type StringStream } from "@codemirror/language";

const WORDS =
  /^(query|mutation|subscription|fragment|on|type|interface|union|enum|input|scalar|schema|extend|directive|implements)\b/;

interface State {
  /** Between the quotes of a block string. */
  inBlock: boolean;
}

function token(stream: StringStream, state: State): string | null {
  if (state.inBlock) return block(stream, state);
  if (stream.eatSpace()) return null;
  if (stream.match('"""')) return block(stream, state);
  if (stream.match(/^#.*/)) return "comment";
  if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return "string";
  if (stream.match(/^-?\d+(\.\d+)?([eE][+-]?\d+)?/)) return "number";
  if (stream.match(/^(true|false|null)\b/)) return "bool";
  if (stream.match(WORDS)) return "keyword";
  if (stream.match(/^[$@][_A-Za-z]\w*/)) return "variableName";
  if (stream.match(/^[_A-Za-z]\w*/)) return "propertyName";
  stream.next();
  return "punctuation";
}

/** A block string up to its end, or the rest of the line. */
function block(stream: StringStream, state: State): string {
  state.inBlock = !stream.skipTo('"""');
  if (state.inBlock) stream.skipToEnd();
  else stream.match('"""');
  return "string";
}

/** GraphQL, coloured line by line: queries are short, and folding them gains nothing. */
export function graphql(): LanguageSupport {
  return new LanguageSupport(
    StreamLanguage.define<State>({
      name: "graphql",
      startState: () => ({ inBlock: false }),
      token,
      languageData: { commentTokens: { line: "#" }, closeBrackets: { brackets: ["(", "[", "{", '"'] } },
    }),
  );
}
