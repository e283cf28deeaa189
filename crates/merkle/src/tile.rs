//! Tiles: 256 hashes of one level under one name (C2SP tlog-tiles; `specs/merkle.md` "Tiles").

use core::{fmt, ops::Range};

use detente_core::{MAX_POSITION, TreeSize};

use crate::{MerkleError, position::check_growth};

/// Hashes in a full tile, and entries in a full bundle.
pub const FULL_WIDTH: u16 = 256;
/// Levels of the tree that one level of tiles stands for.
pub(crate) const TILE_HEIGHT: u8 = 8;

/// Level of a tile, 0 to 63. Tiles of level 8 and up have a name, and no tree of at most 2^63 - 1 leaves has one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct TileLevel(u8);

impl TileLevel {
    /// The level of leaf hashes.
    pub const LEAVES: Self = Self(0);

    /// Wraps a level.
    ///
    /// # Errors
    /// [`MerkleError::IndexRange`] above 63.
    pub fn new(level: u64) -> Result<Self, MerkleError> {
        match u8::try_from(level) {
            Ok(level) if level <= 63 => Ok(Self(level)),
            _ => Err(MerkleError::IndexRange { object: "tile level", least: 0, most: 63, got: level }),
        }
    }

    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// Position of a tile in its level, from the left, at most 2^63 - 1.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct TileIndex(u64);

impl TileIndex {
    /// Wraps an index.
    ///
    /// # Errors
    /// [`MerkleError::IndexRange`] above 2^63 - 1.
    pub fn new(index: u64) -> Result<Self, MerkleError> {
        if index > MAX_POSITION {
            return Err(MerkleError::IndexRange {
                object: "tile index",
                least: 0,
                most: MAX_POSITION,
                got: index,
            });
        }
        Ok(Self(index))
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// Number of hashes in a tile, 1 to 256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct TileWidth(u16);

impl TileWidth {
    /// A full tile.
    pub const FULL: Self = Self(FULL_WIDTH);

    /// Wraps a width.
    ///
    /// # Errors
    /// [`MerkleError::IndexRange`] for 0 and above 256.
    pub fn new(width: u64) -> Result<Self, MerkleError> {
        match u16::try_from(width) {
            Ok(width @ 1..=FULL_WIDTH) => Ok(Self(width)),
            _ => Err(MerkleError::IndexRange { object: "tile width", least: 1, most: 256, got: width }),
        }
    }

    /// The number.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// Whether the tile has all of its 256 hashes and will never change again.
    pub const fn is_full(self) -> bool {
        self.0 == FULL_WIDTH
    }
}

/// One tile: where it stands, and how much of it is there.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Tile {
    level: TileLevel,
    index: TileIndex,
    width: TileWidth,
}

impl Tile {
    /// Names a tile.
    pub const fn new(level: TileLevel, index: TileIndex, width: TileWidth) -> Self {
        Self { level, index, width }
    }

    /// The level.
    pub const fn level(self) -> TileLevel {
        self.level
    }

    /// The position in the level.
    pub const fn index(self) -> TileIndex {
        self.index
    }

    /// The number of hashes.
    pub const fn width(self) -> TileWidth {
        self.width
    }

    /// `tile/<L>/<N>[.p/<W>]`, relative to the log's prefix.
    pub fn path(self) -> String {
        format!("tile/{}/{}", self.level.0, Place(self))
    }

    /// `tile/entries/<N>[.p/<W>]`: the bundle of the entries whose hashes a tile of level 0 holds.
    pub fn entries_path(self) -> String {
        format!("tile/entries/{}", Place(self))
    }

    /// Reads [`Tile::path`]; the one accepted form of a tile is the one that is written.
    ///
    /// # Errors
    /// [`MerkleError::MalformedTilePath`].
    pub fn parse(path: &str) -> Result<Self, MerkleError> {
        let malformed = || MerkleError::MalformedTilePath {
            expected: "tile/<L>/<N>[.p/<W>]",
            got: path.chars().take(60).collect(),
        };
        let (level, place) =
            path.strip_prefix("tile/").and_then(|rest| rest.split_once('/')).ok_or_else(malformed)?;
        let level = level.parse().ok().and_then(|level| TileLevel::new(level).ok()).ok_or_else(malformed)?;
        let tile = parse_place(level, place).ok_or_else(malformed)?;
        if tile.path() != path { Err(malformed()) } else { Ok(tile) }
    }

    /// Reads [`Tile::entries_path`] into the level 0 tile of the same entries.
    ///
    /// # Errors
    /// [`MerkleError::MalformedTilePath`].
    pub fn parse_entries(path: &str) -> Result<Self, MerkleError> {
        let malformed = || MerkleError::MalformedTilePath {
            expected: "tile/entries/<N>[.p/<W>]",
            got: path.chars().take(60).collect(),
        };
        let place = path.strip_prefix("tile/entries/").ok_or_else(malformed)?;
        let tile = parse_place(TileLevel::LEAVES, place).ok_or_else(malformed)?;
        if tile.entries_path() != path { Err(malformed()) } else { Ok(tile) }
    }

    /// The positions of its hashes in the level; `None` when they are beyond 2^64.
    pub fn entries(self) -> Option<Range<u64>> {
        let start = self.index.0.checked_mul(u64::from(FULL_WIDTH))?;
        Some(start..start.checked_add(u64::from(self.width.0))?)
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "tile/{}/{}", self.level.0, Place(*self))
    }
}

/// All tiles of a tree of `size` leaves, level by level from the leaves, each level from the left.
pub fn tiles(size: TreeSize) -> impl Iterator<Item = Tile> {
    between(0, size.get())
}

/// The tiles that a tree of size `new` has and the tree of size `old` had not, or had narrower: what a log writes when
/// it grows. The order is that of [`tiles`].
///
/// # Errors
/// [`MerkleError::IndexRange`] when `old` is above `new`.
pub fn new_tiles(old: TreeSize, new: TreeSize) -> Result<impl Iterator<Item = Tile>, MerkleError> {
    check_growth(old, new)?;
    Ok(between(old.get(), new.get()))
}

/// The tile that holds position `entry` of a level, as wide as a tree of `size` leaves fills it.
///
/// # Errors
/// [`MerkleError::IndexRange`] when a tree of that size does not have the position.
pub fn tile_at(level: TileLevel, entry: u64, size: TreeSize) -> Result<Tile, MerkleError> {
    let hashes = level_length(size.get(), level.0);
    let index = entry / u64::from(FULL_WIDTH);
    let missing = MerkleError::IndexRange {
        object: "position in a tile level",
        least: 0,
        most: hashes.saturating_sub(1),
        got: entry,
    };
    if entry >= hashes {
        return Err(missing);
    }
    width_of(index, hashes).map(|width| Tile { level, index: TileIndex(index), width }).ok_or(missing)
}

fn between(old: u64, new: u64) -> impl Iterator<Item = Tile> {
    // 256^8 is above every size, so no tree has tiles of level 8.
    (0..TILE_HEIGHT).flat_map(move |level| {
        let (before, now) = (level_length(old, level), level_length(new, level));
        let first = before / u64::from(FULL_WIDTH);
        let end = if before == now { first } else { now.div_ceil(u64::from(FULL_WIDTH)) };
        (first..end).filter_map(move |index| {
            Some(Tile { level: TileLevel(level), index: TileIndex(index), width: width_of(index, now)? })
        })
    })
}

fn level_length(size: u64, level: u8) -> u64 {
    size.checked_shr(u32::from(level) * u32::from(TILE_HEIGHT)).unwrap_or(0)
}

fn width_of(index: u64, hashes: u64) -> Option<TileWidth> {
    let left = hashes.checked_sub(index.checked_mul(u64::from(FULL_WIDTH))?)?;
    TileWidth::new(left.min(u64::from(FULL_WIDTH))).ok()
}

/// `<N>[.p/<W>]`: `N` in groups of three digits, all but the last marked with `x`.
struct Place(Tile);

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tile { index, width, .. } = self.0;
        let mut unit = 1;
        while index.0 / unit >= 1000 {
            unit *= 1000;
        }
        while unit > 1 {
            write!(formatter, "x{:03}/", index.0 / unit % 1000)?;
            unit /= 1000;
        }
        write!(formatter, "{:03}", index.0 % 1000)?;
        if width.is_full() { Ok(()) } else { write!(formatter, ".p/{}", width.0) }
    }
}

/// Reads a place loosely: the caller writes it again and compares, which refuses every other spelling.
fn parse_place(level: TileLevel, place: &str) -> Option<Tile> {
    let (groups, width) = match place.split_once(".p/") {
        Some((groups, width)) => (groups, TileWidth::new(width.parse().ok()?).ok()?),
        None => (place, TileWidth::FULL),
    };
    let mut index = 0_u64;
    for group in groups.split('/') {
        let digits = group.strip_prefix('x').unwrap_or(group);
        let value: u16 = digits.parse().ok()?;
        index = index.checked_mul(1000)?.checked_add(u64::from(value))?;
    }
    Some(Tile { level, index: TileIndex::new(index).ok()?, width })
}
