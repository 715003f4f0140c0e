//! Messages that the broker revoked: other members handle them.

use std::collections::HashSet;

use super::{Head, InFlight, MessageState};
use crate::event_bus::{consumer::job::Job, wire::EntryId};

impl InFlight {
    /// Drops messages that the broker revoked, and returns those that were not running. A lane that runs one goes on with the
    /// next message when it ends.
    pub(in crate::event_bus::consumer) fn revoke(&mut self, ids: &[EntryId]) -> Vec<Job> {
        let ids: HashSet<_> = ids.iter().collect();
        let mut dropped = Vec::new();
        for lane in &mut self.lanes {
            let (revoked, kept) =
                lane.queue.drain(..).partition::<Vec<_>, _>(|job| ids.contains(&job.entry.id));
            lane.queue = kept.into();
            dropped.extend(revoked);
            match lane.head.take_if(|head| ids.contains(&head.id) && !head.is_revoked) {
                Some(Head { state: MessageState::Waiting(waiting), .. }) => dropped.push(waiting.job),
                Some(Head { state: MessageState::Held(job), .. }) => dropped.push(*job),
                Some(head) => {
                    // Its key stays, so that the next delivery waits for this one to end.
                    self.ids.remove(&head.id);
                    lane.head = Some(Head { is_revoked: true, ..head });
                }
                None => {}
            }
            dropped.extend(lane.collected.take_if(|job| ids.contains(&job.entry.id)));
            let (revoked, kept) =
                lane.failed.drain(..).partition::<Vec<_>, _>(|failed| ids.contains(&failed.job.entry.id));
            lane.failed = kept.into();
            dropped.extend(revoked.into_iter().map(|failed| failed.job));
            for called in lane.called.iter_mut().filter(|called| ids.contains(&called.id)) {
                self.ids.remove(&called.id);
                called.is_revoked = true;
            }
            lane.advance();
        }
        for job in &dropped {
            self.ids.remove(&job.entry.id);
            self.keys.remove(job.key);
        }
        self.finished.retain(|id| !ids.contains(id));
        self.returned.retain(|(id, _)| !ids.contains(id));
        self.alone = self.alone && self.len() > 0;
        dropped
    }

    /// Forgets the message that the lane has run if the broker revoked it meanwhile. Returns whether it did.
    pub(in crate::event_bus::consumer) fn forget_revoked(&mut self, lane: usize) -> bool {
        let is_revoked = self.lanes[lane].has_revoked();
        if is_revoked {
            self.take_head(lane);
        }
        is_revoked
    }
}
