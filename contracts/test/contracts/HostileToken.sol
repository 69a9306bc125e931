// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// A token that does whatever the test tells it to do while it is asked to move. For tests only.
contract HostileToken {
    enum Answer {
        True,
        Nothing,
        False,
        Two,
        OneByte,
        HugeTrue,
        Revert,
        BurnGas
    }

    event Transfer(address indexed from, address indexed to, uint256 amount);
    event CalledBack(bool succeeded, bytes answer);

    mapping(address account => uint256) public held;

    Answer public answer;
    bool public balanceReverts;
    address public callTarget;
    bytes public callData;
    uint256 public callValue;

    receive() external payable {}

    function mint(address to, uint256 amount) external {
        held[to] += amount;
        emit Transfer(address(0), to, amount);
    }

    function setAnswer(Answer answer_) external {
        answer = answer_;
    }

    function setBalanceReverts(bool reverts) external {
        balanceReverts = reverts;
    }

    /// What to call from inside the next transfers; no target calls nothing.
    function setCall(address target, bytes calldata data, uint256 value) external {
        callTarget = target;
        callData = data;
        callValue = value;
    }

    function balanceOf(address account) external view returns (uint256) {
        require(!balanceReverts, "balance unreadable");
        return held[account];
    }

    function transfer(address to, uint256 amount) external {
        if (callTarget != address(0)) {
            (bool succeeded, bytes memory returned) = callTarget.call{value: callValue}(callData);
            emit CalledBack(succeeded, returned);
        }
        held[msg.sender] -= amount;
        held[to] += amount;
        emit Transfer(msg.sender, to, amount);

        Answer answer_ = answer;
        if (answer_ == Answer.Revert) revert("no");
        if (answer_ == Answer.BurnGas) assembly { invalid() }
        if (answer_ == Answer.Nothing) return;
        assembly ("memory-safe") {
            let data := mload(64)
            let word := 1
            let size := 32
            switch answer_
            case 2 { word := 0 }
            case 3 { word := 2 }
            case 4 { word := shl(248, 1) size := 1 }
            case 5 { size := 100000 }
            mstore(data, word)
            return(data, size)
        }
    }
}
