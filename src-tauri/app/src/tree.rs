//! Making, moving and removing what stands in the tree.

use gatepass_core::workspace::{AuthKind, Branch, Definition, Id, Node, NodeKind, RequestDefinition};
use gatepass_storage::tables::nodes::{Place, StoredNode};

use crate::App;
use crate::dto::{ErrorView, NodeKindView, NodeView};

impl App {
    /// Makes an empty collection behind the others.
    pub async fn create_collection(&self, name: String) -> Result<NodeView, ErrorView> {
        self.create(NodeKind::Collection, None, name).await
    }

    /// Makes an empty folder at the end of `parent`.
    pub async fn create_folder(&self, parent: String, name: String) -> Result<NodeView, ErrorView> {
        self.create(NodeKind::Folder, Some(parent), name).await
    }

    /// Makes a GET request at the end of `parent`.
    pub async fn create_request(&self, parent: String, name: String) -> Result<NodeView, ErrorView> {
        self.create(NodeKind::Request, Some(parent), name).await
    }

    async fn create(
        &self,
        kind: NodeKind,
        parent: Option<String>,
        name: String,
    ) -> Result<NodeView, ErrorView> {
        let request = (kind == NodeKind::Request)
            .then(|| RequestDefinition { method: "GET".to_owned(), ..RequestDefinition::default() });
        let branch = Branch {
            kind,
            name: proper_name(&name)?,
            definition: Definition { request, ..Definition::default() },
            children: Vec::new(),
        };
        let nodes = self.plant(branch, parent.as_deref()).await?;
        nodes.into_iter().next().ok_or_else(|| missing(""))
    }

    /// Puts a branch into the tree, at the end of `parent` or as a collection. Returns its rows.
    pub(crate) async fn plant(
        &self,
        branch: Branch,
        parent: Option<&str>,
    ) -> Result<Vec<NodeView>, ErrorView> {
        let parent = match parent {
            Some(id) => Some(self.node(id).await?.node),
            None => None,
        };
        if let Some(parent) = parent.as_ref().filter(|parent| parent.kind == NodeKind::Request) {
            return Err(ErrorView::plain(
                "usage",
                format!("“{}” is a request", parent.name),
                "Only collections and folders hold others.",
                "Choose a collection or folder.",
            ));
        }
        let planted = branch.plant(parent.as_ref().map(|parent| (&parent.id, &parent.collection)));
        let mut rows = Vec::with_capacity(planted.len());
        let mut views = Vec::with_capacity(planted.len());
        for planted in planted {
            let content = self.definitions().seal(&planted.node.id, &planted.definition).await?;
            views.push(NodeView::from(&planted.node));
            rows.push(StoredNode { node: planted.node, content });
        }
        let place = Place::Last(parent.map(|parent| parent.id));
        self.database().nodes().insert(self.workspace(), &place, &rows).await?;
        Ok(views)
    }

    pub async fn rename_node(&self, id: String, name: String) -> Result<NodeView, ErrorView> {
        let name = proper_name(&name)?;
        self.database().nodes().rename(&Id::from_text(&id), &name).await?;
        Ok(NodeView::from(&self.node(&id).await?.node))
    }

    /// Takes a node and all below it out of the tree; [`Self::restore_node`] brings it back for 30 days.
    pub async fn delete_node(&self, id: String) -> Result<(), ErrorView> {
        self.database().nodes().trash(&Id::from_text(id), self.now()).await?;
        Ok(())
    }

    /// Brings a deleted node back. Returns the whole tree, since its place matters.
    pub async fn restore_node(&self, id: String) -> Result<Vec<NodeView>, ErrorView> {
        self.database().nodes().restore(&Id::from_text(id)).await?;
        self.tree().await
    }

    /// Copies a node and all below it to the place behind it. Returns the whole tree.
    pub async fn duplicate_node(&self, id: String) -> Result<Vec<NodeView>, ErrorView> {
        let original = self.node(&id).await?;
        let name = format!("{} copy", original.node.name);
        let branch = self.database().nodes().branch(&original.node.id).await?;
        // Opened before, so that sealing inside the transaction does not wait for a keyring.
        let vault = match branch.iter().any(|stored| stored.content.secrets.is_some()) {
            true => Some(self.door().open().await?),
            false => None,
        };
        let definitions = self.definitions();
        self.database()
            .nodes()
            .duplicate(self.workspace(), &original.node.id, &name, |from, to, sealed| {
                definitions.reseal(vault.as_deref(), from, to, sealed).map_err(ErrorView::from)
            })
            .await?;
        self.tree().await
    }

    /// Moves a node in front of `before`, or to the end of `parent` (`None`: of the collections). Returns the whole
    /// tree.
    pub async fn move_node(
        &self,
        id: String,
        parent: Option<String>,
        before: Option<String>,
    ) -> Result<Vec<NodeView>, ErrorView> {
        let place = match before {
            Some(before) => Place::Before(Id::from_text(before)),
            None => Place::Last(parent.map(Id::from_text)),
        };
        self.database().nodes().move_to(&Id::from_text(id), &place).await?;
        self.tree().await
    }

    /// All rows of the tree, each behind its parent.
    pub async fn tree(&self) -> Result<Vec<NodeView>, ErrorView> {
        let nodes = self.database().nodes().tree(self.workspace()).await?;
        Ok(nodes.iter().map(NodeView::from).collect())
    }

    /// A node with those above it, itself first.
    pub(crate) async fn lineage(&self, id: &str) -> Result<Vec<StoredNode>, ErrorView> {
        let mut lineage = self.database().nodes().lineage(&Id::from_text(id)).await?;
        lineage.reverse();
        if lineage.is_empty() { Err(missing(id)) } else { Ok(lineage) }
    }

    pub(crate) async fn node(&self, id: &str) -> Result<StoredNode, ErrorView> {
        self.lineage(id).await?.into_iter().next().ok_or_else(|| missing(id))
    }
}

impl From<&Node> for NodeView {
    fn from(node: &Node) -> Self {
        Self {
            id: node.id.to_string(),
            parent: node.parent.as_ref().map(Id::to_string),
            collection: node.collection.to_string(),
            kind: match node.kind {
                NodeKind::Collection => NodeKindView::Collection,
                NodeKind::Folder => NodeKindView::Folder,
                NodeKind::Request => NodeKindView::Request,
            },
            name: node.name.clone(),
            method: node.method.clone(),
            auth: node.auth.map(|kind: AuthKind| kind.as_str().to_owned()),
        }
    }
}

pub(crate) fn proper_name(name: &str) -> Result<String, ErrorView> {
    let name = name.trim();
    if name.is_empty() || name.len() > 4096 {
        return Err(ErrorView::plain(
            "usage",
            "This name cannot be used",
            if name.is_empty() { "It is empty." } else { "It is longer than 4096 bytes." },
            "Give another name.",
        ));
    }
    Ok(name.to_owned())
}

pub(crate) fn missing(id: &str) -> ErrorView {
    ErrorView::plain(
        "storage",
        "This is no longer in the workspace",
        format!("Nothing has the identity {id}; it was deleted, perhaps in another window."),
        "Choose something else in the sidebar.",
    )
}
