//! The one style sheet, in the colours of the app.

pub(super) const STYLE: &str = "\
:root{color-scheme:light dark;--frame:#eff1f4;--card:#fff;--inset:#f4f5f8;--line:#dadee5;--edge:#7d8696;\
--text:#171b22;--body:#424a57;--muted:#596271;--accent:#195bca;--solid:#2463d9;--solid-hover:#1c54bd;--focus:#2467df;\
--bad:#b9262b;--bad-soft:#fdeceb;--warn:#8a5a00;--warn-soft:#fdf1d8}\
@media (prefers-color-scheme:dark){:root{--frame:#101217;--card:#1c2027;--inset:#12151a;--line:#2c323c;--edge:#6b7585;\
--text:#eceef2;--body:#b9c0cb;--muted:#939cab;--accent:#78adff;--solid:#2f6fe8;--solid-hover:#2763d6;--focus:#8ab8ff;\
--bad:#f58581;--bad-soft:#331b1d;--warn:#edb453;--warn-soft:#2d2413}}\
*{box-sizing:border-box}\
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px 16px;background:var(--frame);color:var(--body);\
font:15px/1.5 system-ui,-apple-system,'Segoe UI','Noto Sans',sans-serif}\
main{width:100%;max-width:420px;padding:28px 32px 32px;background:var(--card);border:1px solid var(--line);border-radius:13px}\
main.wide{max-width:760px}\
h1{margin:0 0 12px;font-size:24px;line-height:32px;font-weight:600;color:var(--text)}\
h2{margin:28px 0 8px;font-size:17px;line-height:24px;font-weight:600;color:var(--text)}\
p,ul{margin:0 0 14px}ul{padding-left:20px}li{margin:4px 0}\
.brand{margin:0 0 20px;padding-bottom:12px;border-bottom:1px dashed var(--line);font-size:13px;font-weight:600;color:var(--muted)}\
strong{color:var(--text);font-weight:600}\
code{padding:1px 5px;border-radius:5px;background:var(--inset);color:var(--text);\
font:13px/1.4 ui-monospace,'SF Mono','Cascadia Mono','Noto Sans Mono',monospace;overflow-wrap:anywhere}\
a{color:var(--accent)}\
label{display:block;margin:14px 0 4px;font-weight:500;color:var(--text)}\
input{display:block;width:100%;min-height:38px;padding:6px 10px;border:1px solid var(--edge);border-radius:7px;\
background:var(--inset);color:var(--text);font:inherit}\
input.code{text-transform:uppercase;letter-spacing:.12em;font:600 20px/28px ui-monospace,monospace}\
input[aria-invalid]{border-color:var(--bad)}\
.buttons{display:flex;flex-wrap:wrap;gap:8px;margin-top:20px}\
button{min-height:38px;padding:6px 18px;border:1px solid transparent;border-radius:7px;background:var(--solid);color:#fff;\
font:inherit;font-weight:600;cursor:pointer}\
button:hover{background:var(--solid-hover)}\
button.quiet{background:transparent;border-color:var(--edge);color:var(--text)}button.quiet:hover{background:var(--inset)}\
button.link{padding:6px 4px;background:transparent;color:var(--accent);font-weight:500;text-decoration:underline}\
:focus-visible{outline:2px solid var(--focus);outline-offset:2px}\
.note{margin:20px 0 0;font-size:13px;color:var(--muted)}\
.error,.warning{padding:8px 12px;border-radius:7px}\
.error{background:var(--bad-soft);color:var(--bad)}.warning{background:var(--warn-soft);color:var(--warn)}\
.scroll{overflow-x:auto}table{width:100%;border-collapse:collapse;font-size:14px}\
th,td{padding:6px 10px 6px 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}\
th{font-weight:600;color:var(--text)}";
