//! The signals that end a program.

pub(super) use imp::Signals;

/// A signal that ends a program.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(not(unix), expect(dead_code, reason = "there is only one elsewhere"))]
pub(super) enum Signal {
    Hangup,
    Interrupt,
    Terminate,
}

impl Signal {
    pub(super) fn name(self) -> &'static str {
        match self {
            Signal::Hangup => "SIGHUP",
            Signal::Interrupt => "SIGINT",
            Signal::Terminate => "SIGTERM",
        }
    }

    /// Its number, the same on every system that has it.
    fn number(self) -> i32 {
        match self {
            Signal::Hangup => 1,
            Signal::Interrupt => 2,
            Signal::Terminate => 15,
        }
    }

    /// The code that shells show for a program that the signal has ended.
    pub(super) fn code(self) -> i32 {
        128 + self.number()
    }
}

#[cfg(unix)]
mod imp {
    use super::Signal;
    use std::task::Poll;
    use std::{future, io};
    use tokio::signal::unix::{self, SignalKind};

    /// The signals that were caught, with what they mean.
    pub(in crate::shutdown) struct Signals(Vec<(Signal, unix::Signal)>);

    impl Signals {
        /// Catches them from now on, within a runtime. What the program was started to ignore stays ignored.
        pub(in crate::shutdown) fn catch() -> io::Result<Signals> {
            let ignored = Ignored::by_this_process();
            let all = [Signal::Hangup, Signal::Interrupt, Signal::Terminate];
            let wanted = all.into_iter().filter(|signal| !ignored.has(*signal));
            let catch =
                |signal: Signal| Ok((signal, unix::signal(SignalKind::from_raw(signal.number()))?));
            Ok(Signals(wanted.map(catch).collect::<io::Result<_>>()?))
        }

        pub(in crate::shutdown) async fn next(&mut self) -> Signal {
            future::poll_fn(|context| {
                let ready = |(signal, stream): &mut (Signal, unix::Signal)| {
                    stream.poll_recv(context).is_ready().then_some(*signal)
                };
                self.0.iter_mut().find_map(ready).map_or(Poll::Pending, Poll::Ready)
            })
            .await
        }
    }

    /// Which signals whoever started this process wants it to ignore: `nohup` the hangup, a shell the interrupt of what runs
    /// in the background.
    struct Ignored(Option<u64>);

    impl Ignored {
        fn by_this_process() -> Ignored {
            Ignored::told(&std::fs::read_to_string("/proc/self/status").unwrap_or_default())
        }

        /// Linux shows them as a mask in hexadecimal digits, the first signal in the lowest bit.
        fn told(status: &str) -> Ignored {
            let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
            Ignored(mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()))
        }

        /// Where it cannot be known, `nohup` is what must not be broken.
        fn has(&self, signal: Signal) -> bool {
            match self.0 {
                Some(mask) => mask >> (signal.number() - 1) & 1 == 1,
                None => signal == Signal::Hangup,
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn ignored(status: &str) -> [bool; 3] {
            let ignored = Ignored::told(status);
            [Signal::Hangup, Signal::Interrupt, Signal::Terminate].map(|signal| ignored.has(signal))
        }

        #[test]
        fn what_the_process_was_started_to_ignore_is_read_from_its_status() {
            let status =
                |mask: &str| format!("Name:\tx\nSigBlk:\tffff\nSigIgn:\t{mask}\nSigCgt:\tffff\n");
            assert_eq!(ignored(&status("0000000000000000")), [false, false, false]);
            assert_eq!(ignored(&status("0000000000001001")), [true, false, false], "nohup");
            assert_eq!(
                ignored(&status("0000000000000006")),
                [false, true, false],
                "a background job"
            );
            assert_eq!(ignored(&status("0000000000004000")), [false, false, true]);
        }

        #[test]
        fn where_it_is_unknown_the_hangup_is_left_alone() {
            assert_eq!(ignored(""), [true, false, false]);
            assert_eq!(ignored("SigIgn:\tnone\n"), [true, false, false]);
        }
    }
}

#[cfg(not(unix))]
mod imp {
    use super::Signal;
    use std::io;

    /// There is Ctrl-C only.
    pub(in crate::shutdown) struct Signals;

    impl Signals {
        pub(in crate::shutdown) fn catch() -> io::Result<Signals> {
            Ok(Signals)
        }

        pub(in crate::shutdown) async fn next(&mut self) -> Signal {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
            Signal::Interrupt
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_that_of_shells() {
        let codes = [Signal::Hangup, Signal::Interrupt, Signal::Terminate].map(Signal::code);
        assert_eq!(codes, [129, 130, 143]);
    }
}
