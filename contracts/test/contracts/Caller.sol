// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// Makes several calls in one transaction, as a multicall, a bundler or an exchange does. For tests only.
contract Caller {
    struct Call {
        address target;
        uint256 value;
        bytes data;
    }

    function run(Call[] calldata calls) external payable {
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool succeeded, bytes memory answer) = calls[i].target.call{value: calls[i].value}(calls[i].data);
            if (!succeeded) {
                assembly ("memory-safe") {
                    revert(add(answer, 32), mload(answer))
                }
            }
        }
    }
}
