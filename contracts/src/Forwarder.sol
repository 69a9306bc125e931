// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ForwarderFactory} from "./ForwarderFactory.sol";

interface IToken {
    function balanceOf(address account) external view returns (uint256);
    function transfer(address to, uint256 amount) external returns (bool);
}

/// Lives for the length of its own constructor: moves what lies at its address to the payout, then is gone.
///
/// The payout is a constructor argument, so it is part of the init code, and the init code is part of what CREATE2
/// hashes into the address. Another payout is another address: nothing here could send elsewhere.
///
/// It never leaves code behind. SELFDESTRUCT in the transaction that created the account removes the account whole
/// (EIP-6780), nonce included, so the address takes 21,000-gas sends like any other and can be swept again later.
///
/// The calls are written in assembly because the compiler's own cost 500 gas more for each deposit.
contract Forwarder {
    /// Payable only so that the compiler leaves out its check for value; the factory sends none.
    constructor(address payable payout) payable {
        address token = tokenToMove();
        if (token != address(0) && !moveAll(token, payout)) {
            revert ForwarderFactory.TransferFailed(token, address(this));
        }
        // Last, because a token could have sent coin while it was called, and what is reported must be what is moved.
        reportCoin();
        // Takes all coin along, whatever the token. Not a call: SELFDESTRUCT runs no code at the payout, so a payout
        // cannot refuse, re-enter or run out of gas.
        selfdestruct(payout);
    }

    /// Asks the factory, which is whoever runs this constructor.
    function tokenToMove() private view returns (address token) {
        uint256 selector = uint32(ForwarderFactory.sweeping.selector);
        assembly ("memory-safe") {
            mstore(0, selector)
            if iszero(staticcall(gas(), caller(), 28, 4, 0, 32)) { revert(0, 0) }
            token := mload(0)
        }
    }

    /// Whether the whole balance, which may be nothing, has gone to the payout.
    function moveAll(address token, address payout) private returns (bool done) {
        uint256 balanceOf = uint32(IToken.balanceOf.selector);
        uint256 transfer = uint32(IToken.transfer.selector);
        assembly ("memory-safe") {
            mstore(0, balanceOf)
            mstore(32, address())
            done := staticcall(gas(), token, 28, 36, 0, 32)
            // An address without code answers too, with nothing.
            done := and(done, gt(returndatasize(), 31))

            // Some tokens refuse to move nothing, and an empty deposit must not break a batch.
            let amount := mload(0)
            if mul(done, amount) {
                let data := mload(64)
                mstore(data, transfer)
                mstore(add(data, 32), payout)
                mstore(add(data, 64), amount)
                mstore(0, 0)
                done := call(gas(), token, 0, add(data, 28), 68, 0, 32)
                // USDT and its like return nothing.
                done := and(done, or(iszero(returndatasize()), eq(mload(0), 1)))
            }
        }
    }

    /// Has the factory log the coin that is about to move, if any. Without the log there is no sweep: a watcher adds
    /// what was swept to what is still there.
    function reportCoin() private {
        uint256 selector = uint32(ForwarderFactory.report.selector);
        assembly ("memory-safe") {
            if selfbalance() {
                mstore(0, selector)
                mstore(32, selfbalance())
                if iszero(call(gas(), caller(), 0, 28, 36, 0, 0)) { revert(0, 0) }
            }
        }
    }
}
