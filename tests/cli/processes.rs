use crate::command::World;
