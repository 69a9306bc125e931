//! Options grouped by symbol, each with its networks, in the order the edge gave them.

use crate::wire::AssetOption;

/// One symbol and where it can be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<'a> {
    /// Shared by all options of the group.
    pub symbol: &'a str,
    /// At least one.
    pub options: Vec<&'a AssetOption>,
}

/// Groups options by symbol.
pub fn groups(options: &[AssetOption]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for option in options {
        match groups.iter_mut().find(|group| group.symbol == option.symbol) {
            Some(group) => group.options.push(option),
            None => groups.push(Group { symbol: &option.symbol, options: vec![option] }),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::super::testing::option;
    use super::*;

    #[test]
    fn keeps_order() {
        let options = [option("USDC", "Base"), option("ETH", "Base"), option("USDC", "Polygon")];
        let groups = groups(&options);
        let shape: Vec<_> = groups
            .iter()
            .map(|group| (group.symbol, group.options.iter().map(|option| option.chain_name.as_str()).collect()))
            .collect::<Vec<(_, Vec<_>)>>();
        assert_eq!(shape, [("USDC", vec!["Base", "Polygon"]), ("ETH", vec!["Base"])]);
    }
}
