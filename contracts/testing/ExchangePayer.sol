// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// Pays as exchanges do: out of a contract's own balance, by internal calls, many recipients in one transaction.
/// It has no owner: whoever calls spends what it holds. For local chains only.
contract ExchangePayer {
    error PaymentFailed(address token, address to, uint256 amount);
    error LengthsDiffer(uint256 recipients, uint256 amounts);

    receive() external payable {}

    /// Pays `amount` of `token` (zero: native coin, which may come along with the call) to `to`.
    function pay(address token, address to, uint256 amount) external payable {
        _pay(token, to, amount);
    }

    /// The same to many, in the order given.
    function payMany(address token, address[] calldata to, uint256[] calldata amounts) external payable {
        if (to.length != amounts.length) revert LengthsDiffer(to.length, amounts.length);
        for (uint256 i = 0; i < to.length; ++i) {
            _pay(token, to[i], amounts[i]);
        }
    }

    function _pay(address token, address to, uint256 amount) private {
        bool done;
        bytes memory answer;
        if (token == address(0)) {
            (done,) = to.call{value: amount}("");
        } else {
            // Selector of transfer(address,uint256); by hand because USDT and its like return nothing.
            (done, answer) = token.call(abi.encodeWithSelector(0xa9059cbb, to, amount));
            done = done && token.code.length != 0 && (answer.length == 0 || abi.decode(answer, (bool)));
        }
        if (!done) revert PaymentFailed(token, to, amount);
    }
}
