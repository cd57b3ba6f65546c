// Importing this registers every kernel of the backend.
import './constants.ts';
import './elementwise.ts';
import './gather.ts';
import './matmul.ts';
import './reduce.ts';
import './shape.ts';
