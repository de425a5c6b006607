//! The scripts of a node, edited as two texts.

use gatepass_core::workspace::{Definition, Script, ScriptEvent};

use crate::App;
use crate::dto::{ErrorView, ScriptPlace, ScriptsView};

impl App {
    /// Replaces one script of a node; an empty text removes it.
    pub async fn set_script(&self, id: String, place: ScriptPlace, source: String) -> Result<(), ErrorView> {
        self.change(&id, |definition| {
            replace(&mut definition.scripts, place.into(), source);
            Ok(())
        })
        .await
    }
}

/// An import may bring several scripts for one event. They are edited as one text, which takes the place of the first.
fn replace(scripts: &mut Vec<Script>, event: ScriptEvent, source: String) {
    let first = scripts.iter().position(|script| script.event == event);
    let mut at = 0;
    scripts.retain(|script| {
        let kept = script.event != event || (Some(at) == first && !source.is_empty());
        at += 1;
        kept
    });
    match scripts.iter_mut().find(|script| script.event == event) {
        Some(script) => script.source = source,
        None if source.is_empty() => {}
        None => scripts.push(Script { event, source, unknown: Default::default() }),
    }
}

impl From<ScriptPlace> for ScriptEvent {
    fn from(place: ScriptPlace) -> Self {
        match place {
            ScriptPlace::PreRequest => Self::PreRequest,
            ScriptPlace::Tests => Self::Test,
        }
    }
}

impl From<&Definition> for ScriptsView {
    fn from(definition: &Definition) -> Self {
        let of = |event| {
            let sources = definition.scripts.iter().filter(|script| script.event == event);
            sources.map(|script| script.source.as_str()).collect::<Vec<_>>().join("\n")
        };
        Self { pre_request: of(ScriptEvent::PreRequest), tests: of(ScriptEvent::Test) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(event: ScriptEvent, source: &str) -> Script {
        Script { event, source: source.to_owned(), unknown: Default::default() }
    }

    #[test]
    fn an_edit_takes_the_place_of_all_scripts_of_its_event_and_leaves_the_others() {
        let mut scripts = vec![
            script(ScriptEvent::Test, "a"),
            script(ScriptEvent::PreRequest, "p"),
            script(ScriptEvent::Test, "b"),
        ];
        replace(&mut scripts, ScriptEvent::Test, "c".to_owned());
        assert_eq!(scripts, [script(ScriptEvent::Test, "c"), script(ScriptEvent::PreRequest, "p")]);
        replace(&mut scripts, ScriptEvent::PreRequest, String::new());
        assert_eq!(scripts, [script(ScriptEvent::Test, "c")]);
        replace(&mut scripts, ScriptEvent::PreRequest, "q".to_owned());
        assert_eq!(scripts[1], script(ScriptEvent::PreRequest, "q"));
    }
}
