//! Tells the connections of this member from the connections of another process with its name.

/// The server's numbers of the connections that this member made.
#[derive(Default)]
pub(super) struct OwnConnections {
    /// The run of the server that gave the numbers.
    run_id: Option<String>,
    ids: Vec<u64>,
}

impl OwnConnections {
    /// The server may list a few connections that broke as long as it has not noticed that.
    const KEPT: usize = 16;

    /// Adds a connection to the run `run_id` of the server.
    pub(super) fn add(&mut self, run_id: Option<&str>, client_id: Option<u64>) {
        if self.run_id.as_deref() != run_id {
            // A server that was restarted counts from the beginning.
            self.run_id = run_id.map(str::to_owned);
            self.ids.clear();
        }
        self.ids.extend(client_id);
        if self.ids.len() > Self::KEPT {
            self.ids.remove(0);
        }
    }

    /// Returns whether all clients in the server's `list` that consume as `client_name` are these connections. The service,
    /// which is the first part of the name, may differ.
    pub(super) fn are_all_of(&self, client_name: &str, list: &str) -> bool {
        let member = client_name.split_once('/').map(|(_service, member)| member);
        let others = list.lines().filter(|line| {
            let field = |name| line.split(' ').find_map(|field| field.strip_prefix(name));
            let same_member =
                field("name=").and_then(|name| name.split_once('/')).map(|(_, member)| member) == member;
            let is_own = field("id=").and_then(|id| id.parse().ok()).is_some_and(|id| self.ids.contains(&id));
            same_member && !is_own
        });
        // If the server did not tell this member its number, one of the connections is its own.
        others.count() <= usize::from(self.ids.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use crate::event_bus::broker::redis::member::own_connections::*;

    const LIST: &str = "id=7 addr=1 name=shop/t/g/a cmd=x\nid=8 name=shop/t/g/b\nid=9 name= lib-name=\n";

    #[test]
    fn another_process_with_the_name_of_this_member_is_noticed() {
        let mut own = OwnConnections::default();
        assert!(own.are_all_of("shop/t/g/a", LIST), "the only one is its own");
        let twice = format!("{LIST}id=10 name=other-service/t/g/a\n");
        assert!(!own.are_all_of("shop/t/g/a", &twice));
        own.add(Some("run"), Some(7));
        assert!(own.are_all_of("shop/t/g/a", LIST) && !own.are_all_of("shop/t/g/a", &twice));
        own.add(Some("run"), Some(10));
        assert!(own.are_all_of("shop/t/g/a", &twice));
        assert!(!own.are_all_of("shop/t/g/b", LIST));
        own.add(Some("next run"), Some(1));
        assert!(!own.are_all_of("shop/t/g/a", LIST), "another client has the number now");
    }
}
