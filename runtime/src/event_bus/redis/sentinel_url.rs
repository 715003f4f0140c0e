//! `redis+sentinel://`: a form of our own for servers behind Sentinel, for which redis-py has no URL.
