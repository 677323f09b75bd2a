// A figure's numbers come as whole steps from each to the next, which are few bytes: here they are numbers again.

const numbersOf = ({ steps, decimals }) => {
  const unit = 10 ** decimals;
  let count = 0;
  return steps.map((step) => {
    if (step === null) return null;
    count += step;
    return count / unit;
  });
};

const readable = (value) => (value?.steps ? numbersOf(value) : value);

const withNumbers = (trace) => Object.fromEntries(Object.entries(trace).map(([name, value]) => [name, readable(value)]));

export const readFigure = (text) => {
  const figure = JSON.parse(text);
  return { ...figure, data: figure.data.map(withNumbers) };
};
