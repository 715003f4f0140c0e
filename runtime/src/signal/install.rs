//! Installs and removes the outlet, and tells the signals about it.

use std::sync::Arc;

use super::{
    any_signal::SIGNALS,
    outlet::{Outlet, replace},
};

/// Installs an outlet, in place of the one before.
pub(crate) fn install_outlet(outlet: Arc<dyn Outlet>) {
    let _ = replace(|_| Some(Some(outlet)), tell_signals);
}

/// Removes this outlet, unless another one has replaced it. Returns whether it was removed.
pub(crate) fn remove_outlet(outlet: &Arc<dyn Outlet>) -> bool {
    let is_installed =
        |installed: Option<&Arc<dyn Outlet>>| installed.is_some_and(|it| Arc::ptr_eq(it, outlet));
    replace(|installed| is_installed(installed).then_some(None), tell_signals)
}

/// Tells each signal whether the outlet takes its events, so that a send without a route costs nothing. The lock of the
/// outlet, under which this runs, keeps all signals in step.
fn tell_signals(outlet: Option<&dyn Outlet>) {
    for signal in SIGNALS {
        signal.receivers().set_produced(outlet.is_some_and(|outlet| outlet.takes(signal.definition())));
    }
}
