//! Columns for people: as wide as their widest cell, numbers to the right.

use std::fmt;

/// Rows under a head. A head that begins with `>` stands, like its column, to the right.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
    right: Vec<bool>,
}

impl Table {
    pub(super) fn new<'a>(head: impl IntoIterator<Item = &'a str>) -> Self {
        let (right, head) = head.into_iter().map(|name| (name.starts_with('>'), name.trim_start_matches('>').to_owned())).unzip();
        Self { rows: vec![head], right }
    }

    /// Adds a row of as many cells as the head has.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.len() == 1
    }

    fn width(&self, column: usize) -> usize {
        self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths: Vec<_> = (0..self.right.len()).map(|column| self.width(column)).collect();
        for row in &self.rows {
            let cells = row.iter().zip(&widths).zip(&self.right);
            let padded = cells.map(|((cell, width), right)| if *right { format!("{cell:>width$}") } else { format!("{cell:<width$}") });
            writeln!(f, "{}", padded.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(["stream", ">depth"]);
        table.row(["jobs:{o0}:hi".to_owned(), "7".to_owned()]);
        table.row(["hop".to_owned(), "1234567".to_owned()]);
        assert_eq!(table.to_string(), "stream          depth\njobs:{o0}:hi        7\nhop           1234567\n");
    }
}
