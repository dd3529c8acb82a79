//! The pattern of paths that has led a request to its handler.

use http::{Extensions, Uri};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// What a user's closure makes of a request.
type Find = dyn Fn(&Uri, &Extensions) -> Option<Cow<'static, str>> + Send + Sync;

/// How the route of a request is found.
#[derive(Clone, Default)]
pub(super) struct Routes(Option<Arc<Find>>);

impl Routes {
    pub(super) fn by(
        find: impl Fn(&Uri, &Extensions) -> Option<Cow<'static, str>> + Send + Sync + 'static,
    ) -> Routes {
        Routes(Some(Arc::new(find)))
    }

    /// By the user's closure; where that finds none, by axum.
    pub(super) fn of<'a>(&self, uri: &Uri, extensions: &'a Extensions) -> Option<Cow<'a, str>> {
        let own = self.0.as_ref().and_then(|find| find(uri, extensions));
        own.or_else(|| of_axum(extensions).map(Cow::Borrowed))
    }
}

impl fmt::Debug for Routes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Routes").field(&self.0.as_ref().map(|_| "…")).finish()
    }
}

#[cfg(feature = "axum")]
fn of_axum(extensions: &Extensions) -> Option<&str> {
    extensions.get::<axum::extract::MatchedPath>().map(axum::extract::MatchedPath::as_str)
}

#[cfg(not(feature = "axum"))]
fn of_axum(_: &Extensions) -> Option<&str> {
    None
}

/// The path as the client has sent it: nested routers of axum cut off theirs.
#[cfg(feature = "axum")]
pub(super) fn whole_uri<'a>(uri: &'a Uri, extensions: &'a Extensions) -> &'a Uri {
    extensions.get::<axum::extract::OriginalUri>().map_or(uri, |whole| &whole.0)
}

#[cfg(not(feature = "axum"))]
pub(super) fn whole_uri<'a>(uri: &'a Uri, _: &'a Extensions) -> &'a Uri {
    uri
}
