// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Reads many balances in one eth_call that has no `to`: the call data is this code, then 20 bytes of token (zero for
// native coin), then 20 bytes for each account. Nothing is ever deployed.
//
// Answers one zero byte (EIP-3541 refuses created code that begins with 0xEF, so the first byte must not be a
// balance), then 16 bytes big-endian for each account, in order; a balance over 2^128 - 1 reads as 2^128 - 1.
//
// Reverts as a whole with BalanceUnreadable(token, account) when the token doesn't answer with a number, so that an
// unreadable balance can't be taken for an empty one. Reverts with nothing when the data is of no whole length.
//
// In Yul because Solidity gives a constructor no way to find packed data behind its own code.
object "BalanceReader" {
    code {
        let cursor := datasize("BalanceReader")
        if or(lt(codesize(), add(cursor, 20)), mod(sub(codesize(), cursor), 20)) { revert(0, 0) }

        // Memory: 0..35 the call to balanceOf and its answer, 64.. the answer of this code.
        let token := readAddress(cursor)
        let out := 65
        for { cursor := add(cursor, 20) } lt(cursor, codesize()) { cursor := add(cursor, 20) } {
            let account := readAddress(cursor)
            let amount
            switch token
            case 0 { amount := balance(account) }
            default { amount := tokenBalance(token, account) }

            if shr(128, amount) { amount := 0xffffffffffffffffffffffffffffffff }
            mstore(out, shl(128, amount))
            out := add(out, 16)
        }
        return(64, sub(out, 64))

        function readAddress(offset) -> value {
            mstore(0, 0)
            codecopy(12, offset, 20)
            value := mload(0)
        }

        function tokenBalance(token_, account) -> amount {
            mstore(0, shl(224, 0x70a08231)) // balanceOf(address)
            mstore(4, account)
            let answered := staticcall(gas(), token_, 0, 36, 0, 32)
            if iszero(and(answered, gt(returndatasize(), 31))) {
                mstore(0, shl(224, 0x4fcca627)) // BalanceUnreadable(address,address)
                mstore(4, token_)
                mstore(36, account)
                revert(0, 68)
            }
            amount := mload(0)
        }
    }
}
