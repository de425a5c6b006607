//! Environments and globals.

use gatepass_core::workspace::{Environment, Id, Variable};
use gatepass_storage::tables::environments::StoredEnvironment;
use serde_json::Value;

use crate::App;
use crate::dto::{EnvironmentView, ErrorView, VariableView};
use crate::editing::merged;
use crate::tree::{missing, proper_name};

/// The setting that holds the id of the chosen environment.
const CHOSEN: &str = "environment";

impl App {
    pub async fn create_environment(&self, name: String) -> Result<EnvironmentView, ErrorView> {
        let environment = Environment {
            id: Id::generate(),
            name: proper_name(&name)?,
            colour: None,
            variables: Vec::new(),
        };
        self.save_environment(&environment).await?;
        Ok(EnvironmentView::from(&environment))
    }

    /// Saves name, colour and variables. A secret variable whose value is `None` keeps its value.
    pub async fn edit_environment(&self, environment: EnvironmentView) -> Result<EnvironmentView, ErrorView> {
        let _one_at_a_time = self.editing().lock().await;
        let before = self.environment(&environment.id).await?;
        let edited = Environment {
            id: before.id,
            name: proper_name(&environment.name)?,
            colour: environment.colour,
            variables: merged(environment.variables, &before.variables),
        };
        self.save_environment(&edited).await?;
        Ok(EnvironmentView::from(&edited))
    }

    /// Deletes an environment; its tokens stay listed under it.
    pub async fn delete_environment(&self, id: String) -> Result<(), ErrorView> {
        let was_chosen = self.chosen_environment_id().await?.as_deref() == Some(id.as_str());
        self.database().environments().trash(&Id::from_text(&id), self.now()).await?;
        if was_chosen {
            self.choose_environment(None).await?;
        }
        Ok(())
    }

    /// Chooses the environment for all that follows; `None` for none. Tokens of the one before are not used in it.
    pub async fn choose_environment(&self, id: Option<String>) -> Result<(), ErrorView> {
        if let Some(id) = &id {
            self.environment(id).await?;
        }
        self.database().settings().save(CHOSEN, &id.map_or(Value::Null, Value::from)).await?;
        Ok(())
    }

    /// The value of a secret variable, because the person asked to see it.
    pub async fn reveal_environment_secret(&self, id: String, key: String) -> Result<String, ErrorView> {
        let environment = self.environment(&id).await?;
        let value = environment.variables.into_iter().find(|variable| variable.key == key);
        Ok(value.map(|variable| variable.value).unwrap_or_default())
    }

    /// All environments in their order.
    pub(crate) async fn environments(&self) -> Result<Vec<EnvironmentView>, ErrorView> {
        let mut views = Vec::new();
        for stored in self.database().environments().list(self.workspace()).await? {
            views.push(EnvironmentView::from(&self.definitions().show_environment(&stored).await?));
        }
        Ok(views)
    }

    /// All environments with their values, secret ones included.
    pub async fn all_environments(&self) -> Result<Vec<Environment>, ErrorView> {
        let mut all = Vec::new();
        for stored in self.database().environments().list(self.workspace()).await? {
            all.push(self.definitions().open_environment(&stored).await?);
        }
        Ok(all)
    }

    pub(crate) async fn environment(&self, id: &str) -> Result<Environment, ErrorView> {
        let stored = self.database().environments().load(&Id::from_text(id)).await?;
        Ok(self.definitions().open_environment(&stored.ok_or_else(|| missing(id))?).await?)
    }

    /// The environment of that name, else of that id.
    ///
    /// # Errors
    /// Several have that name: their ids are told.
    pub async fn environment_named(&self, name: &str) -> Result<Option<Environment>, ErrorView> {
        let all = self.database().environments().list(self.workspace()).await?;
        let named: Vec<&StoredEnvironment> = all.iter().filter(|one| one.name == name).collect();
        let found = match named.as_slice() {
            [] => all.iter().find(|one| one.id.as_str() == name),
            [one] => Some(*one),
            several => {
                let ids: Vec<&str> = several.iter().map(|one| one.id.as_str()).collect();
                return Err(ErrorView::plain(
                    "usage",
                    format!("“{name}” is the name of {} environments", several.len()),
                    format!("Their ids are {}.", ids.join(", ")),
                    "Use an id, or rename one of them.",
                ));
            }
        };
        match found {
            Some(stored) => Ok(Some(self.definitions().open_environment(stored).await?)),
            None => Ok(None),
        }
    }

    /// The id of the chosen environment; `None` also if it was deleted meanwhile.
    pub(crate) async fn chosen_environment_id(&self) -> Result<Option<String>, ErrorView> {
        Ok(self.stored_chosen_environment().await?.map(|stored| stored.id.to_string()))
    }

    pub(crate) async fn stored_chosen_environment(&self) -> Result<Option<StoredEnvironment>, ErrorView> {
        let chosen = self.database().settings().load(CHOSEN).await?;
        match chosen.as_ref().and_then(Value::as_str) {
            Some(id) => Ok(self.database().environments().load(&Id::from_text(id)).await?),
            None => Ok(None),
        }
    }

    /// The global variables with their values, secret ones included.
    pub async fn globals(&self) -> Result<Vec<Variable>, ErrorView> {
        match self.database().environments().globals(self.workspace()).await? {
            Some(stored) => Ok(self.definitions().open_environment(&stored).await?.variables),
            None => Ok(Vec::new()),
        }
    }

    /// The same for showing: a vault that does not open leaves secret values empty.
    pub(crate) async fn shown_globals(&self) -> Result<Vec<Variable>, ErrorView> {
        match self.database().environments().globals(self.workspace()).await? {
            Some(stored) => Ok(self.definitions().show_environment(&stored).await?.variables),
            None => Ok(Vec::new()),
        }
    }

    /// Replaces the global variables. A secret one whose value is `None` keeps its value.
    pub async fn set_globals(&self, variables: Vec<VariableView>) -> Result<(), ErrorView> {
        let _one_at_a_time = self.editing().lock().await;
        let before = self.globals().await?;
        self.save_globals(merged(variables, &before)).await
    }

    /// The value of a secret global variable, because the person asked to see it.
    pub async fn reveal_global(&self, key: String) -> Result<String, ErrorView> {
        let value = self.globals().await?.into_iter().find(|variable| variable.key == key);
        Ok(value.map(|variable| variable.value).unwrap_or_default())
    }

    /// Brings a deleted environment back.
    pub async fn restore_environment(&self, id: String) -> Result<EnvironmentView, ErrorView> {
        self.database().environments().restore(&Id::from_text(&id)).await?;
        let stored = self.database().environments().load(&Id::from_text(&id)).await?;
        let stored = stored.ok_or_else(|| missing(&id))?;
        Ok(EnvironmentView::from(&self.definitions().show_environment(&stored).await?))
    }

    /// Adds global variables; one of the same name is replaced.
    pub(crate) async fn add_globals(&self, added: Vec<Variable>) -> Result<(), ErrorView> {
        self.change_globals(|mut variables| {
            variables.retain(|old| !added.iter().any(|new| new.key == old.key));
            variables.extend(added);
            variables
        })
        .await
    }

    pub(crate) async fn change_globals(
        &self,
        change: impl FnOnce(Vec<Variable>) -> Vec<Variable>,
    ) -> Result<(), ErrorView> {
        let _one_at_a_time = self.editing().lock().await;
        let variables = change(self.globals().await?);
        self.save_globals(variables).await
    }

    /// Puts the globals back to what they were.
    pub(crate) async fn put_back_globals(&self, before: Vec<Variable>) -> Result<(), ErrorView> {
        let _one_at_a_time = self.editing().lock().await;
        self.save_globals(before).await
    }

    async fn save_globals(&self, variables: Vec<Variable>) -> Result<(), ErrorView> {
        let stored = self.database().environments().globals(self.workspace()).await?;
        let id = stored.map_or_else(Id::generate, |stored| stored.id);
        let globals = Environment { id, name: "Globals".to_owned(), colour: None, variables };
        let sealed = self.definitions().seal_environment(&globals).await?;
        self.database().environments().save_globals(self.workspace(), &sealed).await?;
        Ok(())
    }

    pub(crate) async fn save_environment(&self, environment: &Environment) -> Result<(), ErrorView> {
        let sealed = self.definitions().seal_environment(environment).await?;
        self.database().environments().save(self.workspace(), &sealed).await?;
        Ok(())
    }
}

impl From<&Environment> for EnvironmentView {
    fn from(environment: &Environment) -> Self {
        Self {
            id: environment.id.to_string(),
            name: environment.name.clone(),
            colour: environment.colour.clone(),
            variables: environment.variables.iter().map(VariableView::from).collect(),
        }
    }
}
