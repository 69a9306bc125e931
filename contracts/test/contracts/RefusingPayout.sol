// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// A payout that refuses coin when it is called with some, as a contract without `receive` does. For tests only.
contract RefusingPayout {
    error Refused();

    receive() external payable {
        revert Refused();
    }
}
