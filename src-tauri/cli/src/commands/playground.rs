//! `gatepass playground`: serves the built-in provider and API until it is told to end.

use std::io::Write as _;

use gatepass_app::RunningPlayground;

use crate::arguments::PlaygroundArguments;
use crate::outcome::{Ending, Stop};

pub async fn playground(arguments: PlaygroundArguments) -> Result<Ending, Stop> {
    if arguments.lifetime == 0 {
        return Err(Stop::usage(
            "A lifetime of 0 seconds is not possible",
            "Every token would be dead on arrival.",
            "Give --lifetime a number of seconds from 1 on.",
        ));
    }
    let playground = RunningPlayground::start(arguments.port, arguments.lifetime).await?;
    if let Some(file) = &arguments.collection {
        let text = format!("{:#}\n", playground.sample_collection());
        std::fs::write(file, text).map_err(|error| {
            Stop::usage(
                "The sample collection cannot be written",
                format!("{}: {error}.", file.display()),
                "Name a file in a folder that exists and that you may write to.",
            )
        })?;
    }
    say!("READY {}", playground.ready());
    let _ = std::io::stdout().flush();
    told_to_end().await;
    playground.shut_down().await;
    Ok(Ending::Done)
}

/// Resolves on SIGTERM and on Ctrl C.
async fn told_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut interrupt)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
