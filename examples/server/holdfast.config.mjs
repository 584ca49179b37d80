// What the `holdfast` command works on when it is run in this folder: this server's own parts, by the same environment
// variables. It has to be built first, which `npm start` does.
export { openForCommand as holdfast } from './dist/open-for-command.js'
