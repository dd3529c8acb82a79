//! What a span costs the traced thread and the process, peer beside peer.

use super::children::{reading_of, run_peer, this_program};
use crate::bars::Bars;
use crate::options::repetitions;
use crate::peers::{OURS, PLAIN, Peer, WITH_RULES};
use crate::reading::Reading;
use crate::scenario::Scenario;
use crate::table::{Table, figure, ratio};
use anyhow::Result;
use std::collections::BTreeMap;

/// The runs of each peer in each scenario.
type Runs = BTreeMap<(Scenario, &'static str), Vec<Reading>>;

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let repetitions = repetitions(arguments, 7)?;
    let peers = Peer::all();
    let mut runs = Runs::new();
    for repetition in 1..=repetitions {
        eprintln!("repetition {repetition} of {repetitions}");
        for scenario in Scenario::ALL {
            for peer in peers.iter().filter(|peer| peer.supports(scenario)) {
                let reading = reading_of(this_program()?.args(run_peer(peer.name, scenario)))?;
                runs.entry((scenario, peer.name)).or_default().push(reading);
            }
        }
    }
    let figures =
        Figures(runs.iter().filter_map(|(&of, runs)| Some((of, Reading::median(runs)?))).collect());
    for scenario in Scenario::ALL {
        println!("\n### {scenario}\n\n{}", figures.table(scenario, &peers));
    }
    figures.bars().print();
    Ok(())
}

/// The medians.
struct Figures(BTreeMap<(Scenario, &'static str), Reading>);

impl Figures {
    fn of(&self, scenario: Scenario, peer: &str, figure: fn(&Reading) -> f64) -> Option<f64> {
        let found = self.0.iter().find(|((at, name), _)| *at == scenario && *name == peer);
        found.map(|(_, reading)| figure(reading)).filter(|value| value.is_finite())
    }

    fn table(&self, scenario: Scenario, peers: &[Peer]) -> Table {
        let mut table = Table::new(&[
            "peer",
            "thread, ns",
            "x ours",
            "mean, ns",
            "CPU, ns",
            "x ours",
            "allocations",
            "delivered, %",
        ]);
        for peer in peers.iter().filter(|peer| peer.supports(scenario)) {
            let of = |figure| self.of(scenario, peer.name, figure);
            let ours = |figure| self.of(scenario, OURS, figure);
            table.row(vec![
                peer.name.to_owned(),
                figure(of(|reading| reading.thread)),
                figure(ratio(of(|reading| reading.thread), ours(|reading| reading.thread))),
                figure(of(|reading| reading.mean)),
                figure(of(|reading| reading.cpu)),
                figure(ratio(of(|reading| reading.cpu), ours(|reading| reading.cpu))),
                figure(of(|reading| reading.allocations)),
                figure(of(|reading| 100.0 * reading.kept().unwrap_or(f64::NAN))),
            ]);
        }
        table
    }

    /// How many times less than `peer` ours takes on the traced thread.
    fn times_less(&self, scenario: Scenario, peer: &str) -> Option<f64> {
        let thread = |peer| self.of(scenario, peer, |reading| reading.thread);
        ratio(thread(peer), thread(OURS))
    }

    /// What ours takes beyond the plain call.
    fn over_plain(&self, scenario: Scenario) -> Option<f64> {
        let thread = |peer| self.of(scenario, peer, |reading| reading.thread);
        Some(thread(OURS)? - thread(PLAIN)?)
    }

    fn bars(&self) -> Bars {
        let mut bars = Bars::new();
        let mut times_less = |what: &str, scenario, peer: &str, asked| {
            bars.at_least(
                &format!("{what}: times less than {peer}"),
                asked,
                self.times_less(scenario, peer),
            );
        };
        times_less("sync, bursts", Scenario::Burst, "tracing-opentelemetry", 12.0);
        times_less("sync, bursts", Scenario::Burst, "fastrace", 3.0);
        times_less("sync, saturated", Scenario::Saturated, "tracing-opentelemetry", 9.0);
        times_less("sync, saturated", Scenario::Saturated, "fastrace", 2.4);
        times_less("async", Scenario::Async, "tracing-opentelemetry", 9.0);
        times_less("async", Scenario::Async, "fastrace", 2.8);
        times_less("`tracing` spans", Scenario::Spans, "tracing-opentelemetry", 5.5);
        times_less("sync, many options", Scenario::Options, "tracing-opentelemetry", 12.0);
        times_less("async, many options", Scenario::AsyncOptions, "tracing-opentelemetry", 9.0);
        let registry = self.times_less(Scenario::Burst, "registry").map(|times| 1.0 / times);
        bars.at_most("sync, bursts: part of the registry's", 0.55, registry);
        for scenario in [Scenario::Burst, Scenario::Async] {
            let allocations = self.of(scenario, OURS, |reading| reading.allocations);
            bars.at_most(&format!("{scenario}: allocations per span"), 0.0, allocations);
        }
        bars.at_most(
            "unsampled: ns over the plain call",
            10.0,
            self.over_plain(Scenario::Unsampled),
        );
        bars.at_most("disabled: ns over the plain call", 2.0, self.over_plain(Scenario::Disabled));
        let thread = |scenario| self.of(scenario, OURS, |reading| reading.thread);
        let times_one = ratio(thread(Scenario::Threads), thread(Scenario::Apart));
        bars.at_most("two threads: times one thread's, apart", 1.2, times_one);
        for scenario in [Scenario::Burst, Scenario::Async] {
            let with_rules = self.of(scenario, WITH_RULES, |reading| reading.thread);
            let times = ratio(with_rules, thread(scenario));
            bars.at_most(&format!("{scenario}, with rules: times without"), 1.03, times);
        }
        let floor = self.of(Scenario::Burst, "floor", |reading| reading.thread);
        bars.at_most(
            "aim, sync, bursts: times the floor",
            2.0,
            ratio(thread(Scenario::Burst), floor),
        );
        bars
    }
}
