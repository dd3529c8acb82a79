//! For services on [axum](https://docs.rs/axum).

use crate::Health;
use ::axum::extract::RawQuery;
use ::axum::http::StatusCode;
use ::axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use ::axum::response::{IntoResponse, Response};
use ::axum::routing::{MethodRouter, get};

/// `GET` answers how tracing is: [`health`](crate::health) as [JSON](Health::to_json).
///
/// The status is 200 whatever becomes of the spans: a service serves its users as well while a tracing backend is down, and a
/// probe that fails would have it restarted or taken out of the load balancer. Whoever wants to know asks with `?strict`: then
/// the status is 503 while no backend is up.
///
/// The answer holds the addresses of the backends and what they said when they failed, so it does not belong on a public port.
///
/// ```
/// use axum::Router;
///
/// let app: Router = Router::new().route("/health/tracing", synndicate::axum::health_route());
/// ```
pub fn health_route<S: Clone + Send + Sync + 'static>() -> MethodRouter<S> {
    get(|RawQuery(query): RawQuery| async move {
        answer(&crate::health(), query.as_deref().unwrap_or_default())
    })
}

/// `GET` answers with what Prometheus reads: [`prometheus`](crate::prometheus).
///
/// The text holds the addresses of the backends, so it does not belong on a public port.
///
/// ```
/// use axum::Router;
///
/// let app: Router = Router::new().route("/metrics/tracing", synndicate::axum::metrics_route());
/// ```
pub fn metrics_route<S: Clone + Send + Sync + 'static>() -> MethodRouter<S> {
    const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
    get(|| async { ([(CONTENT_TYPE, TEXT), (CACHE_CONTROL, "no-store")], crate::prometheus()) })
}

fn answer(health: &Health, query: &str) -> Response {
    let is_strict =
        query.split('&').any(|word| matches!(word, "strict" | "strict=true" | "strict=1"));
    let status = if is_strict && !health.is_exporting() {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    };
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    (status, headers, health.to_json()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BackendHealth, BackendState};
    use ::axum::Router;
    use ::axum::body::Body;
    use ::axum::http::{Method, Request};
    use http_body_util::BodyExt;
    use std::time::UNIX_EPOCH;
    use tower_service::Service;

    fn in_state(state: BackendState) -> Health {
        let backend = BackendHealth {
            place: "http://a".into(),
            state,
            since: UNIX_EPOCH,
            reason: None,
            last_error: None,
            latency: None,
            exported: 0,
            requests: 0,
            failed: 0,
        };
        Health { backends: vec![backend], ..Health::default() }
    }

    #[test]
    fn a_backend_that_is_down_fails_a_probe_only_where_that_is_asked_for() {
        let [up, down] = [BackendState::Up, BackendState::Down].map(in_state);
        for (health, query, status) in [
            (&up, "", 200),
            (&up, "strict", 200),
            (&down, "", 200),
            (&down, "verbose", 200),
            (&down, "strict=false", 200),
            (&down, "strict", 503),
            (&down, "verbose&strict=true", 503),
        ] {
            assert_eq!(answer(health, query).status(), status, "`{query}`");
        }
    }

    #[tokio::test]
    async fn the_metrics_are_what_prometheus_reads() {
        let mut app: Router = Router::new().route("/metrics", metrics_route());
        let request = Request::builder().uri("/metrics").body(Body::empty()).unwrap();
        let answer = app.call(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()[CONTENT_TYPE], "text/plain; version=0.0.4; charset=utf-8");
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(
            text.lines().any(|line| line.starts_with("synndicate_spans_created_total ")),
            "{text}"
        );
    }

    #[tokio::test]
    async fn the_route_answers_to_get_with_json() {
        let mut app: Router = Router::new().route("/health", health_route());
        let request = |method: Method| {
            let request = Request::builder().method(method).uri("/health?strict");
            request.body(Body::empty()).unwrap()
        };
        let answer = app.call(request(Method::GET)).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/json");
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let read: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(read["exporting"], true);
        let refused = app.call(request(Method::POST)).await.unwrap();
        assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
}
