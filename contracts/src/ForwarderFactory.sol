// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Forwarder} from "./Forwarder.sol";

/// Moves deposits from their addresses to the payout that each address was derived from.
///
/// It has no owner, no settings, no storage that outlives a transaction, and no way to hold or redirect money.
/// Anyone may call it; the caller chooses when a deposit moves and pays for the gas, never where it goes.
contract ForwarderFactory {
    /// Native coin left `deposit` for its payout. `token` is always zero: tokens log their own Transfer.
    /// The second indexed argument stands where Transfer has `to`, so that one log filter finds both.
    event Swept(address indexed token, address indexed deposit, uint256 amount);

    /// `token` did not tell the balance of `deposit`, or answered its transfer with a revert or with anything but
    /// true or nothing. Raised by the forwarder and passed on.
    error TransferFailed(address token, address deposit);
    /// A token called back into `sweep`.
    error Reentered();
    /// No forwarder could be made for `salt`: it was already swept in this very transaction, or gas ran out.
    error NotSwept(bytes32 salt);

    /// The running sweep: zero when there is none, else RUNNING with the token in the low 160 bits. Lock and token
    /// are one word because each transient access costs as much as a call.
    uint256 private transient running;
    uint256 private constant RUNNING = 1 << 160;

    /// Moves the whole balance of `token` (zero: native coin) and all native coin from each salt's address to `payout`.
    ///
    /// All or nothing: one token that refuses reverts the call with `TransferFailed` and the deposit it refused.
    /// An empty deposit costs gas and changes nothing. A salt may stand in the list once.
    function sweep(address payout, address token, bytes32[] calldata salts) external {
        if (running != 0) revert Reentered();
        running = RUNNING | uint160(token);

        bytes memory initCode = forwarderInitCode(payout);
        for (uint256 i = 0; i < salts.length; ++i) {
            bytes32 salt = salts[i];
            address deposit;
            assembly ("memory-safe") {
                deposit := create2(0, add(initCode, 32), mload(initCode), salt)
                // The forwarder's own error is passed on.
                if and(iszero(deposit), gt(returndatasize(), 0)) {
                    let free := mload(64)
                    returndatacopy(free, 0, returndatasize())
                    revert(free, returndatasize())
                }
            }
            if (deposit == address(0)) revert NotSwept(salt);
        }

        running = 0;
    }

    /// For the forwarders: the token to move, zero for none but native coin. They ask, because it must not be part of
    /// their init code: one address serves all tokens.
    function sweeping() external view returns (address) {
        return address(uint160(running));
    }

    /// For the forwarders: logs that `amount` of native coin leaves the caller.
    ///
    /// Open to all, and still not to be forged: the log names the caller as the deposit, and what runs at a deposit
    /// address is a forwarder's constructor and can be nothing else.
    function report(uint256 amount) external {
        emit Swept(address(0), msg.sender, amount);
    }

    /// The address that pays only to `payout`.
    function depositAddress(address payout, bytes32 salt) external view returns (address) {
        bytes32 initCodeHash = keccak256(forwarderInitCode(payout));
        return address(uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), address(this), salt, initCodeHash)))));
    }

    function forwarderInitCode(address payout) private pure returns (bytes memory initCode) {
        initCode = type(Forwarder).creationCode;
        assembly ("memory-safe") {
            // abi.encodePacked would copy the code a second time to append one word; the word goes behind it instead.
            let length := mload(initCode)
            mstore(add(add(initCode, 32), length), payout)
            mstore(initCode, add(length, 32))
            mstore(64, add(mload(64), 64))
        }
    }
}
